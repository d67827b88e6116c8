"""Archive: the best grounded rollout of each sample, and what is compared with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from data.dialects import get_dialect
from data.sample import Task
from data.trace import Trace
from models.training.archive import Archive
from models.training.config import ArchiveConfig
from models.training.rollout import Group, Parts, Stream
from tests.models.rollouts import FRAMES, make_group, make_sample

BOX = (100, 100, 200, 200)
SAMPLE = make_sample(Task.TEXT, "left", [BOX])
SAID = "<think>\nThe cup <box>[100,100,200,200]</box> is here.\n</think>\n<answer>left</answer>"
WRONG = SAID.replace("left", "right")
FORMLESS = f"So: {SAID}"


def grounded(*texts: str, step: int = 1, stream: Stream = Stream.GROUNDED) -> Group:
    return make_group(SAMPLE, *texts, dialect="ivgr", stream=stream, step=step)


def parts(*box_rewards: float | None, **more: float) -> list[Parts]:
    return [{"format": 1.0, "dual_iou": value, **more} for value in box_rewards]


def offered(*offers: tuple[Group, list[Parts]], **config: Any) -> Archive:
    archive = Archive(ArchiveConfig.model_validate(config))
    for group, worth in offers:
        archive.offer(group, worth)
    return archive


def rewards(archive: Archive) -> list[tuple[str, int, float]]:
    return [(row["rollout_id"], row["step"], row["box_reward"]) for row in archive.take_rows()]


def test_the_best_of_a_group_is_taken_and_the_first_where_several_are_the_best() -> None:
    archive = offered((grounded(SAID, SAID, SAID), parts(0.4, 0.9, 0.9)))
    found = archive.get("smp_a", 1)
    assert found is not None
    assert (found.rollout_id, found.step, found.box_reward) == ("rol_1", 1, 0.9)
    assert found.trace.steps[0].thought == "The cup is here."


def test_of_two_equal_offers_the_older_stays() -> None:
    archive = offered((grounded(SAID), parts(0.75)), (grounded(SAID, step=2), parts(0.75)))
    assert rewards(archive) == [("rol_0", 1, 0.75)]


def test_a_strictly_better_offer_replaces_and_only_then_is_there_a_row() -> None:
    archive = offered((grounded(SAID), parts(0.5)))
    assert rewards(archive) == [("rol_0", 1, 0.5)]
    archive.offer(grounded(SAID, step=2), parts(0.4))
    assert rewards(archive) == []
    archive.offer(grounded(SAID, step=3), parts(0.6))
    assert rewards(archive) == [("rol_0", 3, 0.6)]


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        (WRONG, parts(0.9)),
        (FORMLESS, parts(0.9)),
        ("nothing", parts(0.9)),
        (SAID, parts(0.29)),
        (SAID, parts(None)),
        (SAID, parts(0.9, box_validity=0.5)),
        (SAID, parts(0.9, format=0.0)),
        (SAID, parts(0.9, judged_answer=0.0)),
        (SAID, [{}]),
    ],
)
def test_what_is_wrong_formless_invalid_or_below_the_minimum_is_no_candidate(text: str, worth: list[Parts]) -> None:
    assert len(offered((grounded(text), worth))) == 0


def test_the_minimum_itself_is_enough_and_a_judge_may_call_an_answer_right() -> None:
    assert len(offered((grounded(SAID), parts(0.3)))) == 1
    assert len(offered((grounded(WRONG), parts(0.3, judged_answer=1.0)))) == 1


@pytest.mark.parametrize("stream", [Stream.TEXTUAL, Stream.SINGLE])
def test_another_stream_offers_nothing(stream: Stream) -> None:
    assert len(offered((grounded(SAID, stream=stream), parts(0.9)))) == 0


def test_an_entry_beyond_the_greatest_age_is_no_reference_and_gives_way_to_a_worse_one() -> None:
    archive = offered((grounded(SAID), parts(0.9)), max_age=2)
    assert archive.get("smp_a", 3) is not None
    assert archive.get("smp_a", 4) is None
    archive.offer(grounded(SAID, step=4), parts(0.5))
    assert rewards(archive) == [("rol_0", 4, 0.5)]


def test_the_tables_alone_restore_it() -> None:
    archive = offered((grounded(SAID), parts(0.5)), (grounded("", SAID, step=2), parts(0.0, 0.8)))
    turns = [{"role": "user", "text": "Where?"}, {"role": "assistant", "text": SAID}]
    rollouts = [{"rollout_id": name, "turns": turns} for name in ("rol_0", "rol_1")]
    restored = Archive(ArchiveConfig())
    restored.restore([{"sample_id": "smp_a", "step": 1, "rollout_id": "rol_0", "box_reward": 0.5}, *archive.take_rows()], rollouts, read)
    assert restored.get("smp_a", 2) == archive.get("smp_a", 2)
    assert restored.take_rows() == []


def read(row: Mapping[str, Any]) -> Trace | None:
    turns: Sequence[Mapping[str, str]] = row["turns"]
    return get_dialect("ivgr").parse(turns[-1]["text"], FRAMES, SAMPLE.task).trace
