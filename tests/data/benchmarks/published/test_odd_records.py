import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.sources.problem import Problem, Reject
from tests.data.benchmarks.published.reading import draw, read
from tests.data.benchmarks.published.test_mig_bench import TRACKED
from tests.data.benchmarks.published.test_refcoco import VLM_R1
from tests.data.benchmarks.published.test_training_sets import ALL_OF_THEM, RL, STATUE, chain, talk
from tests.data.benchmarks.published.test_zero_shot import LISA, LLMSEG, REASONVOS, REVOS

RECORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "mig_bench": ("MIG_data.json", TRACKED),
    "lisa_grounding": ("lisa_val.json", LISA),
    "llmseg_grounding": ("LLMSeg_eval.json", LLMSEG),
    "reasonvos_grounding": ("ReasonVOS_eval.json", REASONVOS),
    "revos_grounding": ("ReVOS_eval.json", REVOS),
    "refcoco": ("refcoco_val.json", VLM_R1),
    "mgrounding_630k": ("MGrounding-630k.json", talk(*STATUE, *ALL_OF_THEM)),
    "univg_r1_rl": ("stage2_rl.json", RL),
    "univg_r1_sft": ("stage1_cotsft.json", chain()),
}
PICTURES = (
    *("a.png", "b.png", "COCO_1.png", "Group_Grounding/SA-1B/a.png", "Group_Grounding/SA-1B/b.png"),
    *("tracking/1.png", "tracking/2.png", "v/00.png", "v/01.png", "v/02.png", "v/03.png"),
)
NUMBERS = st.integers(-2, 90) | st.floats() | st.just(10**400)
ODD = st.lists(NUMBERS, min_size=4, max_size=4) | st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["a.png", "v", "in the 9th image", "\ud800"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["from", "value", "sent", "x1"]), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("odd")
    for path in PICTURES:
        draw(root / path)
    return root


@pytest.mark.parametrize("name", sorted(RECORDS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_record_breaks_a_loader(folder: Path, name: str, data: st.DataObject) -> None:
    file, record = RECORDS[name]
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(record)), ODD, max_size=2))
    (folder / file).write_text(json.dumps([record | changed]))
    items = read(name, folder / file)
    assert [item.sample() for item in items if isinstance(item, Problem)] + [item for item in items if isinstance(item, Reject)]
