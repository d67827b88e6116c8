from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from data.identity import image_id
from data.rows import trace_from_row
from data.sample import Role, Sample, Task
from data.scoring import score_answer
from data.sources.config import YoloConfig
from data.sources.problem import Problem
from data.sources.yolo import read_yolo
from data.space import Box, Space
from data.store import Store
from data.trace import PlacedBox, PlacedPoint
from tests.models.teacher.chaos import chaotic_teacher
from tests.models.teacher.generating import generate, store_images, store_scenes

PHOTOGRAPHS = Path(__file__).parents[4] / "shared/data/coco8"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def photograph(store: Store, **fields: object) -> Sample:
    """A sample about noise of 80 x 60 pixels."""
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)).save(buffer, "PNG")
    name = image_id(buffer.getvalue())
    store_images(store, {name: (buffer.getvalue(), 80, 60)})
    given = {"sample_id": "smp_a", "dataset": "d", "split": "train", "task": Task.BOX, "image_ids": (name,), "question": "Box the cat."}
    return Sample(**(given | fields))  # type: ignore[arg-type]


def test_a_known_box_in_a_photograph_is_explained_and_claimed(store: Store, teacher_url: str) -> None:
    sample = photograph(store, boxes=(PlacedBox(10, 20, 30, 40, label="cat", role=Role.ANSWER),))
    (row,) = generate(store, [sample], teacher_url, method="rationalize", teacher={"temperature": 0.0})
    trace = trace_from_row(row)
    assert trace is not None
    assert trace.answer.boxes == (PlacedBox(10, 20, 30, 40),)
    assert [mention.place for mention in trace.mentions] == [PlacedPoint(20, 30)]
    assert row["method"] == "rationalize"


def test_a_photograph_of_which_nothing_is_known_is_not_explained_and_a_row_says_so(store: Store, teacher_url: str) -> None:
    (row,) = generate(store, [photograph(store)], teacher_url, method="rationalize", candidates=2)
    assert (row["sample_id"], row["steps"], row["parse_error"]) == ("smp_a", None, "nothing is known of the answer")
    assert list(store.requests()) == []


@pytest.mark.parametrize("space", ["pixel", "unit"])
def test_a_known_point_is_explained_and_claimed(store: Store, teacher_url: str, space: str) -> None:
    sample = photograph(store, task=Task.POINT, question="Point at the cat.", points=(PlacedPoint(20, 30, label="cat"),))
    (row,) = generate(store, [sample], teacher_url, method="rationalize", space=space)
    trace = trace_from_row(row)
    assert trace is not None
    assert trace.answer.points == (PlacedPoint(20, 30),)


def test_a_question_about_a_photograph_gets_a_sentence_instead_of_an_answer(store: Store, teacher_url: str) -> None:
    (row,) = generate(store, [photograph(store)], teacher_url, method="direct")
    assert "photograph" in row["text"]
    assert (row["steps"], row["parse_error"]) == (None, "there is no answer block")


def test_a_known_answer_is_what_the_explanation_ends_in(store: Store, teacher_url: str) -> None:
    cat, dog = (PlacedBox(x, 20, x + 20, 40, label=label, role=Role.EVIDENCE) for x, label in ((10, "cat"), (50, "dog")))
    question = "Is the cat left or right of the dog?"
    sample = photograph(store, task=Task.CHOICE, question=question, choices=("left", "right"), answer="left", boxes=(cat, dog))
    (row,) = generate(store, [sample], teacher_url, method="rationalize")
    assert (row["answer"], row["text"].count("The ") + row["text"].count("I see the ")) == ("left", 2)


@pytest.mark.skipif(not PHOTOGRAPHS.exists(), reason="there is no ../shared/data/coco8")
@pytest.mark.parametrize("dialect", ["vigorl", "univg"])
def test_boxes_that_people_drew_come_back_as_they_were(store: Store, teacher_url: str, dialect: str) -> None:
    names = dict.fromkeys(range(80), "thing")
    problems = [item for item in read_yolo(YoloConfig(path=PHOTOGRAPHS, names=names), 10**8) if isinstance(item, Problem)]
    store_images(store, {image.image_id: (image.stored, image.width, image.height) for item in problems for image in item.images})
    samples = [item.sample() for item in problems]
    rows = generate(store, samples, teacher_url, method="rationalize", dialect=dialect, space="grid:1000")
    traces = [trace_from_row(row) for row in rows]
    assert len(traces) == len(samples) > 0
    scores = [score_answer(sample, trace.answer if trace else None) for sample, trace in zip(samples, traces, strict=True)]
    assert min(score.outcome for score in scores) > 0.9


def test_what_is_known_is_told_in_the_space_that_the_teacher_writes(store: Store, teacher_url: str) -> None:
    box = PlacedBox(10, 20, 30, 40, label="cat", role=Role.ANSWER)
    (row,) = generate(store, [photograph(store, boxes=(box,))], teacher_url, method="rationalize", space="grid:1000")
    corners = Box(10, 20, 30, 40, Space.pixels(80, 60)).to(Space.grid(1000))
    assert f"({corners.x1:.0f}, {corners.y1:.0f}, {corners.x2:.0f}, {corners.y2:.0f})" in row["text"]


def test_the_teacher_is_told_the_dialogue_its_task_s_steps_and_to_reason_as_if_it_did_not_know(store: Store) -> None:
    sample = next(one for one in store_scenes(store, 40) if one.category == "changed")
    with chaotic_teacher() as chaos:
        generate(store, [replace(sample, context=({"role": "user", "text": "Box the hat."},))], chaos.url, method="rationalize")
    blocks = chaos.calls[0]["messages"][0]["content"]
    asked = blocks[-1]["text"]
    assert [block["type"] for block in blocks] == ["image_url"] * len(sample.image_ids) + ["text"]
    assert "user: Box the hat.\n\nQuestion: Box the object that changed" in asked
    assert "1. Compare the images part by part" in asked
    assert "as if you did not know" in asked


@pytest.mark.parametrize("dialect", ["vigorl", "univg", "ivgr", "textual", "vigorl_zoom"])
def test_now_and_then_an_explanation_gives_away_that_it_was_told(store: Store, teacher_url: str, dialect: str) -> None:
    config: dict[str, Any] = {"method": "rationalize", "dialect": dialect, "space": "grid:1000", "teacher": {"temperature": 2.0}}
    rows = generate(store, store_scenes(store, 60), teacher_url, **config)
    leaks = [row for row in rows if "As given, " in row["text"] or "The answer is" in row["text"]]
    assert 0.1 < len(leaks) / len(rows) < 0.5
    assert {row["parse_error"] for row in leaks} == {None}
    assert any("As given, the " in row["text"] or "As given, in " in row["text"] for row in leaks)


def test_at_temperature_0_nothing_is_given_away(store: Store, teacher_url: str) -> None:
    rows = generate(store, store_scenes(store, 40), teacher_url, method="rationalize", teacher={"temperature": 0.0})
    assert not any("As given" in row["text"] or "The answer is" in row["text"] for row in rows)
