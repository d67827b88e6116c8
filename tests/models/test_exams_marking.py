"""Replies become rows: what was looked at, and what several protocols say."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from data.benchmarks.registry import find_benchmark
from data.dialects import Turn
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace
from models.exams.config import EvaluateConfig
from models.exams.exam import Exam, Response, exams
from models.exams.job import EvaluateJob
from models.exams.marking import evidence_iou, prediction_rows
from models.student.config import StudentConfig

FRAME = Frame(Space.pixels(1000, 1000), Space.grid(1000))
BOX = PlacedBox(100, 100, 300, 300, role="answer")
SAMPLE = Sample("smp_1", "mig_bench", "test", Task.BOX, ("img_1",), "Box it.", boxes=(BOX,), category="region")
JOB = EvaluateJob(store=Path(), run_id="run_1", samples="ver_1", model="m", name="m", output=Path())


def rows(text: str | None, *protocols: str) -> dict[str, dict[str, object]]:
    exam = Exam(find_benchmark("mig_bench"), [SAMPLE], "grounded", StudentConfig(dialect="univg"), 0.0, protocols)
    said = (Turn("assistant", text),) if text is not None else ()
    response = Response(text, said, "univg", prompt="Box it.", error=None if text else "no reply: failed")
    return {row["protocol"]: row for row in prediction_rows(JOB, exam, SAMPLE, response, [FRAME])}


def test_each_protocol_has_its_word_and_says_what_it_read() -> None:
    text = "<think>Beside (0,0),(50,50) it is.</think>\n<answer>(100,100),(300,300)</answer>"
    found = rows(text, "strict", "mig-bench-univg", "mig-bench-migician")
    assert [found[name]["correct"] for name in found] == [True, False, False]
    assert json.loads(str(found["mig-bench-univg"]["detail"]))["box"] == [0, 0, 50, 50]
    assert len({row["prediction_id"] for row in found.values()}) == 3


def test_what_is_not_finite_is_no_figure_and_stands_in_words() -> None:
    found = rows(f"<answer>(0,200),({'9' * 310},200)</answer>", "mig-bench-migician")["mig-bench-migician"]
    assert found["iou"] is None or math.isfinite(float(str(found["iou"])))
    assert json.loads(str(found["detail"]), parse_constant=pytest.fail)


def test_an_item_without_a_reply_is_wrong_everywhere_and_says_why() -> None:
    found = rows(None, "strict", "mig-bench-univg")
    assert [(row["correct"], row["iou"], row["parse_error"]) for row in found.values()] == [(False, 0.0, "no reply: failed")] * 2


def test_what_is_looked_at_is_measured_by_evidence_or_else_by_the_answer() -> None:
    trace = Trace((Step("Here.", (Mention(0, PlacedBox(100, 100, 300, 200)),)),), Answer(boxes=(PlacedBox(0, 0, 10, 10),)))
    assert evidence_iou(SAMPLE, trace) == 0.5
    looked = replace(SAMPLE, boxes=(BOX, PlacedBox(0, 0, 10, 10, role="evidence")))
    assert evidence_iou(looked, trace) == 1.0


@pytest.mark.parametrize("trace", [None, Trace((), Answer("left")), Trace((Step("x", (Mention(0, PlacedPoint(1, 1)),)),))])
def test_what_names_no_box_has_no_figure(trace: Trace | None) -> None:
    assert evidence_iou(SAMPLE, trace) is None


@pytest.mark.parametrize(("text", "expected"), [("<answer>(100,100),(300,200)</answer>", 0.5), ("No box at all.", 0.0), (None, 0.0)])
def test_an_answer_that_looks_nowhere_counts_where_boxes_are_asked_for(text: str | None, expected: float) -> None:
    found = rows(text, "strict", "mig-bench-univg")
    assert dict(found["strict"]["scores"])["evidence_iou"] == expected  # type: ignore[call-overload]
    assert "evidence_iou" not in dict(found["mig-bench-univg"]["scores"])  # type: ignore[call-overload]


@pytest.mark.parametrize(("dialect", "boxes"), [("vigorl", (BOX,)), ("textual", (BOX,)), ("univg", ())])
def test_where_no_boxes_are_asked_for_or_known_nothing_is_counted(dialect: str, boxes: tuple[PlacedBox, ...]) -> None:
    exam = Exam(find_benchmark("mig_bench"), [SAMPLE], "grounded", StudentConfig(dialect=dialect), 0.0, ("strict",))
    sample = replace(SAMPLE, task=Task.TEXT, answer="left", boxes=boxes)
    (row,) = prediction_rows(JOB, exam, sample, Response("left", (Turn("assistant", "left"),), dialect), [FRAME])
    assert "evidence_iou" not in dict(row["scores"])


def test_all_protocols_are_those_that_the_benchmark_has() -> None:
    (exam,) = exams(EvaluateConfig(benchmarks=["mig_bench"], protocols=["all"]), StudentConfig(), [SAMPLE])
    assert exam.protocols == find_benchmark("mig_bench").protocols
    assert exam.items == [SAMPLE]
