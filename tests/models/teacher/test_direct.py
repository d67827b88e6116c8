from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data.sample import Sample, Task
from data.store import Store
from models.teacher.config import GenerateConfig
from models.teacher.methods import METHODS
from tests.models.teacher.chaos import chaotic_teacher
from tests.models.teacher.generating import generate, store_scenes

CONTEXT = (
    {"role": "OBJECTIVE", "text": "Buy the red lamp."},
    {"role": "PREVIOUS ACTIONS", "text": "1. type[4][red lamp]\n2. click[5]"},
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def page(store: Store) -> Sample:
    """A scene taken for a web page."""
    (scene,) = store_scenes(store, 1)
    question = "What is the next action?"
    return replace(scene, task=Task.ACTION, question=question, context=CONTEXT, answer="click[7]", boxes=(), choices=(), category=None)


def test_the_question_of_an_action_tells_the_objective_what_was_done_and_what_can_be_done(store: Store) -> None:
    with chaotic_teacher("<think>\nThe lamp is at (3, 4).\n</think>\n<answer>type[7][one, two (3)]</answer>") as chaos:
        (row,) = generate(store, [page(store)], chaos.url)
    (asked,) = (block["text"] for block in chaos.calls[0]["messages"][0]["content"] if block["type"] == "text")
    assert "OBJECTIVE: Buy the red lamp.\n\nPREVIOUS ACTIONS: 1. type[4][red lamp]\n2. click[5]\n\nQuestion: What is" in asked
    assert "scroll[up] or scroll[down]" in asked
    assert (row["parse_error"], row["answer"], len(row["steps"])) == (None, "type[7][one, two (3)]", 1)


def test_an_action_that_is_known_is_explained_and_claimed(store: Store, teacher_url: str) -> None:
    (row,) = generate(store, [page(store)], teacher_url, method="rationalize")
    assert (row["parse_error"], row["answer"]) == (None, "click[7]")


def test_the_domain_is_told_and_hashed_into_the_trace(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 1)
    rows = [generate(store, samples, teacher_url, domain=domain)[0] for domain in ("general", "visual_search")]
    assert rows[0]["prompt_hash"] != rows[1]["prompt_hash"]
    assert len({row["messages_hash"] for row in store.requests()}) == 2


@pytest.mark.parametrize("method", ["direct", "rationalize"])
def test_the_domains_that_can_be_told_are_part_of_the_key(method: str) -> None:
    hashes = {domain: set(METHODS[method].prompt_hashes(GenerateConfig(domain=domain))) for domain in ("auto", "box", "general")}
    assert hashes["box"] | hashes["general"] < hashes["auto"]
    assert len(hashes["box"] ^ hashes["general"]) == 2


def test_all_candidates_of_a_direct_question_are_selected(store: Store, teacher_url: str) -> None:
    rows = generate(store, store_scenes(store, 2), teacher_url, candidates=2)
    assert [(row["candidate"], row["selected"]) for row in rows] == [(0, True), (1, True)] * 2
    assert len({row["request_ids"][0] for row in rows}) == 4


@pytest.mark.parametrize("dialect", ["vigorl_zoom", "vigorl"])
def test_what_a_look_has_shown_is_said_after_it(store: Store, teacher_url: str, dialect: str) -> None:
    samples = store_scenes(store, 12, tasks={"choice": 1.0}, bands={"tiny": 1.0})
    rows = generate(store, samples, teacher_url, dialect=dialect, teacher={"temperature": 0.0})
    assert [row["answer"] for row in rows] == [sample.answer for sample in samples]
    for row, sample in zip(rows, samples, strict=True):
        looks = [zoom for step in row["steps"] for zoom in step["zooms"]]
        assert row["parse_error"] is None
        assert len(looks) == (len(sample.boxes) if dialect == "vigorl_zoom" else 0)
        assert row["text"].count("It is a ") == len(sample.boxes)
        assert all(box.x1 - 1 <= look["x"] <= box.x2 + 1 for box, look in zip(sample.boxes, looks, strict=bool(looks)))
