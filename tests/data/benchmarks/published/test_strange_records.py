import copy
from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.protocols import PROTOCOLS
from data.benchmarks.published import PUBLISHED
from data.sources.problem import Problem, Reject
from tests.data.benchmarks.published.reading import draw, read, write
from tests.data.benchmarks.published.test_ivgr import BOXED
from tests.data.benchmarks.published.test_os_atlas import FLAT
from tests.data.benchmarks.published.test_screenspot import CLOSE
from tests.data.benchmarks.published.test_screenspot_pro import RECORD
from tests.data.benchmarks.published.test_treebench import ROW
from tests.data.benchmarks.published.test_vigorl import POINTED, RL
from tests.data.benchmarks.published.test_visualwebarena import STEP
from tests.data.benchmarks.published.test_vstar_bench import ASKED

PICTURES = (
    "images/pc.png",
    "pc.png",
    "shots/1.png",
    "vscode_mac/shot.png",
    "direct_attributes/sa_4690.jpg",
    "web_action/images/1.png",
    "images/1.png",
)
CHAIN = {
    "messages": [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": POINTED}],
    "images": ["web_action/images/1.png"],
    "gt_answer": "[10, 20, 30, 40]",
}
TALK = {"conversations": [{"from": "human", "value": "Which?"}, {"from": "gpt", "value": BOXED}], "images": ["images/1.png"]}
SETS: dict[str, tuple[str, dict[str, Any], str | None]] = {
    "screenspot": ("screenspot.jsonl", CLOSE, None),
    "screenspot_v2": ("screenspot_desktop_v2.json", CLOSE, "desktop"),
    "screenspot_pro": ("a.json", RECORD | {"img_filename": "pc.png", "img_size": [100, 80], "bbox": [1, 2, 3, 4]}, None),
    "screenspot_pro_lr": ("a.json", RECORD | {"img_filename": "pc.png", "img_size": [100, 80], "bbox": [1, 2, 3, 4]}, None),
    "vstar_bench": ("test_questions.jsonl", ASKED, None),
    "treebench": ("TreeBench.tsv", ROW, None),
    "visualwebarena": ("vigorl_ical_val_RL.jsonl", STEP, None),
    "os_atlas": ("uibert_raw.json", FLAT, "uibert_raw"),
    "vigorl_rl": ("vigorl_osatlas_train_RL.jsonl", RL["web_grounding"] | {"images": ["pc.png"]}, "web_grounding"),
    "vigorl_sft": ("web_grounding/MCTS_72b_reasoning_chains_train.json", CHAIN, "web_grounding"),
    "ivgr_sft": ("chains.json", TALK, None),
}
"""A file, a record that can be taken, and a part, of each set whose records are texts."""
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e400,
    10**400,
    0.5,
    "",
    " ",
    "\0",
    "\ud800",
    "a" * 300,
    "(1, 2",
    "[" * 99,
    [],
    [[]],
    [None],
    [1, 2, 3, 4],
    {},
    {"bbox": 1},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in PICTURES:
        draw(tmp_path / path)
    return tmp_path


def made(folder: Path, name: str, *records: dict[str, Any]) -> list[Problem | Reject]:
    file, _, part = SETS[name]
    write(folder / file, *records)
    return read(name, folder, split="train", **({} if part is None else {"subset": part}))


@pytest.mark.parametrize("name", SETS)
def test_a_strange_field_is_a_reject_or_a_problem_and_its_neighbour_is_not_lost(folder: Path, name: str) -> None:
    good = SETS[name][1]
    changed = [(field, copy.deepcopy(good) | {field: odd}) for field in good for odd in ODD]
    items = made(folder, name, *[record for _, record in changed if _is_line(name, record)], good)
    assert isinstance(items[-1], Problem), items[-1]
    assert any(isinstance(item, Reject) for item in items)


@pytest.mark.parametrize("name", SETS)
def test_a_record_without_a_field_says_which(folder: Path, name: str) -> None:
    good = SETS[name][1]
    items = made(folder, name, *[{key: good[key] for key in good if key != field} for field in good], good) if name != "treebench" else []
    assert all(item.detail for item in items if isinstance(item, Reject))


def test_every_protocol_of_a_benchmark_is_there() -> None:
    named = {protocol for one in PUBLISHED.values() for protocol in getattr(one, "protocols", ())}
    assert named <= {"strict", *PROTOCOLS}


def _is_line(name: str, record: dict[str, Any]) -> bool:
    """Whether a file of the set can hold the record: a table of lines takes no tab and no line break within one."""
    return name != "treebench" or not any(set(str(value)) & set("\t\r\n\0\ud800") for value in record.values())
