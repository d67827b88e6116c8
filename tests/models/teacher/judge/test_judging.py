from functools import partial
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from data.identity import new_run_id
from data.store import Store
from data.store.images import ImageReader
from models.teacher.errors import TeacherUnreachableError
from models.teacher.judge.config import JudgeConfig, JudgeKind
from models.teacher.judge.judge import Judgement, JudgeQuestion
from models.teacher.judge.judges import make_judge
from models.teacher.judge.judging import judge_all, replay
from models.teacher.judge.questions import trace_questions
from tests.models.teacher.chaos import chaotic_teacher
from tests.models.teacher.generating import Row, generate, store_scenes

NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def questions(store: Store, url: str, count: int, kind: JudgeKind = JudgeKind.CHAIN, **config: Any) -> list[JudgeQuestion]:
    """About drawn scenes and what the embedded teacher thinks of them."""
    samples = store_scenes(store, count)
    rows = generate(store, samples, url, teacher={"temperature": 0.0}, **config)
    return trace_questions(kind, samples, rows, sizes(store, samples))


def sizes(store: Store, samples: list[Any]) -> dict[str, tuple[float, float]]:
    images = ImageReader(store)
    found = {image_id: images.size(image_id) for sample in samples for image_id in sample.image_ids}
    return {name: (float(width), float(height)) for name, (width, height) in found.items()}


def judge(store: Store, asked: list[JudgeQuestion], url: str, **config: Any) -> list[Judgement]:
    settings = JudgeConfig.model_validate(config)
    return judge_all(store, store.run(new_run_id()), asked, ImageReader(store), settings, partial(make_judge, settings), url, None)


def calls(url: str) -> int:
    return int(httpx.get(f"{url}/fovea/calls").json()["calls"])


def test_the_embedded_judge_finds_right_chains_good(store: Store, teacher_url: str) -> None:
    found = judge(store, questions(store, teacher_url, 24), teacher_url)
    assert {judgement.error for judgement in found} == {None}
    assert sum(judgement.value or 0 for judgement in found) / len(found) > 0.9


def test_a_chatty_judge_is_asked_again_and_every_call_is_a_row(store: Store, teacher_url: str) -> None:
    asked = questions(store, teacher_url, 12)
    found = judge(store, asked, teacher_url, teacher={"temperature": 1.0}, samples=4, attempts=6)
    assert all(judgement.value is not None for judgement in found)
    names = [name for judgement in found for name in judgement.request_ids]
    assert len(names) == len(set(names)) > 4 * len(asked)
    assert {row["request_id"] for row in store.requests() if row["purpose"] == "judge_chain"} == set(names)


def test_what_was_judged_is_replayed_without_a_call_or_an_endpoint(store: Store, teacher_url: str) -> None:
    asked = questions(store, teacher_url, 8)
    config = {"teacher": {"temperature": 1.0}, "samples": 3}
    first, before = judge(store, asked, teacher_url, **config), calls(teacher_url)
    assert judge(store, asked, teacher_url, **config) == first
    assert replay(store.requests(), asked, partial(make_judge, JudgeConfig.model_validate(config))) == first
    assert calls(teacher_url) == before


def test_what_was_never_judged_is_not_replayed(store: Store, teacher_url: str) -> None:
    asked = questions(store, teacher_url, 4)
    assert replay(store.requests(), asked, partial(make_judge, JudgeConfig())) == [None] * 4


def test_a_judge_that_is_lost_ends_the_run_and_its_section_is_named(store: Store, teacher_url: str) -> None:
    with pytest.raises(TeacherUnreachableError, match=r"set curate\.judge\.teacher\.base_url"):
        judge(store, questions(store, teacher_url, 2), NOBODY)


def test_questions_whose_calls_fail_are_masked_and_the_others_are_not(store: Store, teacher_url: str) -> None:
    asked = questions(store, teacher_url, 3)
    with chaotic_teacher("400") as chaos:
        found = judge(store, asked, chaos.url, teacher={"in_flight": 1, "attempts": 1}, attempts=2)
    assert [judgement.value for judgement in found] == [None] * 3
    failed = [judgement for judgement in found if "the call failed" in str(judgement.error)]
    assert [len(judgement.request_ids) for judgement in failed] == [1]
    assert len(chaos.calls) == 5


def test_chains_without_places_are_held_to_the_best_chain_that_has_some(store: Store, teacher_url: str) -> None:
    asked = questions(store, teacher_url, 6, JudgeKind.CONSISTENCY, then=["textualize"])
    assert len(asked) == 6
    assert not any(question.trace.mentions for question in asked)
    assert all(question.reference is not None and question.reference.mentions for question in asked)
    assert {judgement.value for judgement in judge(store, asked, teacher_url)} <= {0.7, 1.0}


def test_a_trace_that_cannot_be_read_or_whose_image_is_unknown_is_not_asked_about(store: Store) -> None:
    (sample,) = store_scenes(store, 1)
    row: Row = {"trace_id": "trc_a", "sample_id": sample.sample_id, "steps": None}
    read: Row = row | {"steps": [], "answer": None, "answer_points": None, "answer_boxes": None}
    assert trace_questions(JudgeKind.CHAIN, [sample], [row], sizes(store, [sample])) == []
    assert trace_questions(JudgeKind.CHAIN, [sample], [read], {}) == []
    assert len(trace_questions(JudgeKind.CHAIN, [sample], [read, read], sizes(store, [sample]))) == 1


def test_a_budget_in_dollars_needs_a_price() -> None:
    with pytest.raises(ValueError, match="prices are known of: none"):
        JudgeConfig.model_validate({"teacher": {"provider": "p", "model": "m"}, "budget": {"dollars": 1}})
