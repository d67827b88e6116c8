"""Consistency: a textual rollout beside a reference, by a judge that may fail, be too dear, or be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.sample import Task
from data.store import RunFolder, Store
from data.store.images import ImageReader
from data.trace import Step, Trace
from models.teacher.errors import TeacherError, TeacherUnreachableError
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import Judgement, JudgeQuestion
from models.teacher.loopback import start_embedded
from models.training.advantages import Scale
from models.training.arbiter import Arbiter, open_arbiter
from models.training.archive import Archive
from models.training.config import ReinforceConfig
from models.training.errors import TrainingError
from models.training.hearing import Hearing
from models.training.judge import Judge, JudgedGroup
from models.training.rewards import check_compared, check_judged
from models.training.rollout import Group, Stream
from tests.models.rollouts import make_group, make_sample
from tests.models.teacher.chaos import chaotic_teacher

STREAMS = {"textual": {"rewards": {"format": 1.0, "consistency": 1.0}}, "grounded": {"rewards": {"format": 1.0, "dual_iou": 1.0}}}
SAMPLE = make_sample(Task.TEXT, "left", [(100, 100, 200, 200)])
GROUNDED = "<think>\nThe red cup <box>[100,100,200,200]</box> is here.\n</think>\n<answer>left</answer>"
SAME, MORE, AGAINST, SILENT = (
    f"<think>\n{said}\n</think>\n<answer>left</answer>"
    for said in ("The red cup is here.", "The red cup is here.\nA dog sleeps.", "The blue cup is here.", "")
)
TEXTS = (SAME, MORE, AGAINST, SILENT, "nothing")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_embedded() as base_url:
        yield base_url


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return Store.open(tmp_path).run("run_a")


def config(**judge: Any) -> ReinforceConfig:
    streams = STREAMS | {"name": "dual"}
    return ReinforceConfig.model_validate({"steps": 1, "streams": streams, "judge": {"strategy": "offline"} | judge})


def groups(*texts: str) -> list[Group]:
    """A grounded group whose only rollout is a reference, if it is right, and a textual one."""
    textual = make_group(SAMPLE, *texts, dialect="textual", stream=Stream.TEXTUAL)
    return [make_group(SAMPLE, GROUNDED, dialect="ivgr", stream=Stream.GROUNDED), replace(textual, ordinal=1)]


def heard(settings: ReinforceConfig, arbiter: Arbiter, given: Sequence[Group]) -> list[JudgedGroup]:
    return Hearing(Judge(settings, Scale.GROUP), Archive(settings.archive), arbiter).judge(given)


def asked(run: RunFolder, url: str, *texts: str, **judge: Any) -> JudgedGroup:
    """The textual group as a judge behind HTTP has it."""
    settings = config(strategy="model", **judge)
    assert settings.judge is not None
    store = Store.open(run.path.parents[1])
    with open_arbiter(settings.judge, store, run, ImageReader(store, None), url) as arbiter:
        return heard(settings, arbiter, groups(*texts))[1]


def values(judged: JudgedGroup) -> list[float | None]:
    return [parts["consistency"] for parts in judged.parts_G]


def test_the_offline_judge_sees_the_reference_of_the_same_step(run: RunFolder) -> None:
    settings = config()
    assert settings.judge is not None
    store = Store.open(run.path.parents[1])
    with open_arbiter(settings.judge, store, run, ImageReader(store, None), None) as arbiter:
        grounded, textual = heard(settings, arbiter, groups(*TEXTS))
    assert values(textual) == [1.0, 0.7, 0.0, 0.0, 0.0]
    assert textual.reference_id == grounded.group.rollouts[0].rollout_id
    assert grounded.reference_id is None


def test_without_a_reference_it_is_0_and_nobody_is_asked() -> None:
    (judged,) = heard(config(), Arbiter(lost), groups(*TEXTS)[1:])
    assert values(judged) == [0.0] * 5
    assert judged.reference_id is None


def test_a_model_is_asked_once_for_each_text_with_thoughts(run: RunFolder, url: str) -> None:
    judged = asked(run, url, *TEXTS)
    assert values(judged)[3:] == [0.0, 0.0]
    assert all(value in (0.0, 0.3, 0.7, 1.0) for value in values(judged)[:3])
    assert len(run.read("requests")) == 3
    assert values(asked(run, url, *TEXTS)) == values(judged)
    assert len(run.read("requests")) == 3


def test_a_call_that_fails_masks_its_rollout_and_says_why(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a key")
    with chaotic_teacher("400", "<score>1.0</score>") as chaos:
        teacher = {"provider": "chaos", "attempts": 1, "in_flight": 1}
        judged = asked(run, chaos.url, SAME, MORE, teacher=teacher)
    assert sorted(values(judged), key=str) == [1.0, None]
    assert judged.advantages.masked_G == tuple(value is None for value in values(judged))
    assert chaos.keys == ["Bearer a key"] * 2
    assert "a key" not in "".join(path.read_text() for path in run.path.rglob("*.jsonl"))


def test_a_spent_budget_leaves_no_value(run: RunFolder, url: str) -> None:
    judged = asked(run, url, SAME, MORE, AGAINST, budget={"calls": 1}, teacher={"in_flight": 1})
    assert values(judged).count(None) == 2


def test_a_judgement_without_a_value_is_a_row_with_its_error() -> None:
    arbiter = Arbiter(lambda questions: [Judgement(None, "the call failed: no") for _ in questions])
    words, rows = arbiter.words([JudgeQuestion("rol_0", JudgeKind.CONSISTENCY, SAMPLE, Trace((Step("A cup."),)))])
    assert rows[0] == {
        "subject_id": "rol_0",
        "name": "judge_consistency",
        "value": None,
        "request_ids": [],
        "error": "the call failed: no",
    }
    assert next(iter(words.values())).value is None


def test_a_lost_endpoint_ends_the_training_in_one_sentence(run: RunFolder) -> None:
    with pytest.raises(TeacherUnreachableError, match=r"set reinforce\.judge\.teacher\.base_url"):
        asked(run, "http://127.0.0.1:9/v1", SAME)
    arbiter = Arbiter(lost)
    with pytest.raises(TeacherError, match="gone"):
        heard(config(), arbiter, groups(SAME))


def lost(questions: Sequence[JudgeQuestion]) -> list[Judgement]:
    raise TeacherUnreachableError(f"gone with {len(questions)} questions")


@pytest.mark.parametrize(
    ("check", "given", "reason"),
    [
        (check_judged, {"rewards": {"consistency": 1.0}}, "'consistency' needs a judge; add a section"),
        (
            check_compared,
            {"streams": {"name": "dual", "textual": {"rewards": {"consistency": 1.0}}}, "judge": {"strategy": "offline"}},
            "archive.part 'dual_iou' is no reward part of the grounded stream, which has format, outcome",
        ),
    ],
)
def test_what_consistency_needs_is_named(check: Callable[[ReinforceConfig], object], given: dict[str, Any], reason: str) -> None:
    with pytest.raises(TrainingError, match=reason):
        check(ReinforceConfig.model_validate({"steps": 1} | given))


def test_an_answer_that_is_judged_is_compared_with_no_reference() -> None:
    streams = {"name": "dual", "textual": {"rewards": {"judged_answer": 1.0}}}
    settings = {"steps": 1, "rewards": {"outcome": 1.0}, "streams": streams, "judge": {"strategy": "offline"}}
    found = ReinforceConfig.model_validate(settings)
    check_compared(found)
    assert check_judged(found) == ["judged_answer"]


def test_consistency_may_be_gated_by_the_outcome() -> None:
    gated = {"format": 1.0, "outcome": 1.0, "consistency": {"weight": 1.0, "gate": ["outcome"]}}
    streams = STREAMS | {"name": "dual", "textual": {"rewards": gated}}
    settings = ReinforceConfig.model_validate({"steps": 1, "streams": streams, "judge": {"strategy": "offline"}})
    wrong = SAME.replace("left</answer>", "right</answer>")
    judged = heard(settings, Arbiter(lambda questions: [Judgement(1.0) for _ in questions]), groups(SAME, wrong))[1]
    assert values(judged) == [1.0, 1.0]
    assert judged.advantages.rewards_G == (3.0, 1.0)


@pytest.mark.parametrize("see_places", [True, False])
def test_a_recipe_says_whether_the_judge_sees_the_boxes_of_the_reference(run: RunFolder, see_places: bool) -> None:
    with chaotic_teacher("<score>1.0</score>") as chaos:
        asked(run, chaos.url, SAME, see_places=see_places)
    assert ("<box>[100,100,200,200]</box>" in str(chaos.calls[0]["messages"])) == see_places
