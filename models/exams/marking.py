"""Marking: a response becomes rows of ``predictions``, one for each protocol that judges it.

The strict protocol judges what the dialect read of it; where the benchmark says why an answer is wrong, that is its ``detail``. A compat
protocol judges the text itself, and what it says is kept whole in ``detail``: its scores by name, as published code gives them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from data.benchmarks.benchmark import EVIDENCE_IOU, STRICT
from data.benchmarks.lines.form import written
from data.benchmarks.lines.rows import numbers
from data.benchmarks.lines.tally import real
from data.benchmarks.protocols import LineError, Output, get_protocol, rule
from data.dialects import Turn, get_dialect
from data.identity import Kind, digest, entity_id
from data.sample import Sample
from data.scoring.dual import dual_iou
from data.space import Frame
from data.trace import Answer, PlacedBox, PlacedPoint, Trace
from models.exams.exam import Exam, Response
from models.exams.job import EvaluateJob


def prediction_rows(job: EvaluateJob, exam: Exam, sample: Sample, response: Response, frames: Sequence[Frame]) -> list[dict[str, Any]]:
    """The rows of one response, one for each protocol of the exam."""
    parsed = get_dialect(response.dialect).parse_turns(list(response.said), frames, sample.task) if response.text is not None else None
    trace = parsed.trace if parsed is not None else None
    answer = trace.answer if trace is not None else None
    shared = {
        "run_id": job.run_id,
        "checkpoint_id": job.checkpoint_id,
        "model": job.name,
        "benchmark": exam.benchmark.name,
        "mode": exam.mode,
        "sample_id": sample.sample_id,
        "turns": response.turns,
        "text": response.text,
        **_places(answer),
        "parse_error": parsed.error if parsed is not None else response.error,
        "stop_reason": response.stop_reason,
        "prompt_tokens": response.prompt_tokens,
        "completion_tokens": response.completion_tokens,
        "image_tokens": response.image_tokens,
        "evidence_iou": evidence_iou(sample, trace),
        "request_ids": list(response.request_ids),
        "category": exam.benchmark.kind(sample),
        "difficulty_band": sample.difficulty_band,
        "settings_hash": digest(exam_settings(job, exam)),
    }
    return [shared | _id(job, exam, name, sample) | _mark(name, exam, sample, response, trace, frames) for name in exam.protocols]


def evidence_iou(sample: Sample, trace: Trace | None) -> float | None:
    """How well the boxes that were named cover what one has to look at (TreeBench's mIoU).

    The mean over the sample's evidence boxes, or its answer boxes where it has none, of each one's best IoU with a box of the thoughts or
    of the answer. None where nothing is known, or where no box was named, as in a dialect of points or of words alone.
    """
    named = [place for place in _named(trace) if isinstance(place, PlacedBox)]
    dual = dual_iou(named, known_places(sample)) if named else None
    return dual.recall if dual is not None else None


def known_places(sample: Sample) -> tuple[PlacedBox, ...]:
    """What one has to look at: the sample's evidence boxes, or its answer boxes where it has none."""
    return sample.evidence_boxes or sample.answer_boxes


def _named(trace: Trace | None) -> Iterator[PlacedBox | PlacedPoint]:
    if trace is not None:
        yield from (mention.place for mention in trace.mentions)
        yield from trace.answer.boxes


def exam_settings(job: EvaluateJob, exam: Exam) -> dict[str, Any]:
    """What the answers were asked for with: the column ``settings`` of ``scores``."""
    config = job.config.model_dump(mode="json", include={"seed", "batch_size", "splits", "limit"}) | {"temperature": exam.temperature}
    if exam.evidence is not None:
        config["evidence"] = exam.evidence.model_dump(mode="json")
    found = {"student": exam.settings.model_dump(mode="json"), "evaluate": config}
    if job.checkpoint_id is None and job.config.endpoint is not None:
        found["endpoint"] = job.config.endpoint.model_dump(mode="json", include={"provider", "model", "top_p", "max_tokens"})
    return found


def _id(job: EvaluateJob, exam: Exam, protocol: str, sample: Sample) -> dict[str, Any]:
    origin = [job.run_id, job.checkpoint_id, exam.benchmark.name, protocol, exam.mode, sample.sample_id]
    return {"prediction_id": entity_id(Kind.PREDICTION, *origin), "protocol": protocol}


def _mark(protocol: str, exam: Exam, sample: Sample, response: Response, trace: Trace | None, frames: Sequence[Frame]) -> dict[str, Any]:
    if protocol == STRICT:
        grade = exam.benchmark.grade(sample, trace.answer if trace is not None else None, frames)
        detail = None if grade.reason is None else json.dumps({"reason": grade.reason})
        scores = grade.scores | _looking(exam, sample, trace)
        return {"correct": grade.correct, "iou": grade.iou, "scores": list(scores.items()), "detail": detail}
    return _ruled(protocol, sample, response, frames)


def _looking(exam: Exam, sample: Sample, trace: Trace | None) -> dict[str, float]:
    """How well an answer looked, 0 where it did not; nothing where no boxes are known or none are asked for on the way."""
    judged = exam if exam.evidence is None else exam.second
    if not (get_dialect(judged.settings.dialect).carries_boxes and known_places(sample)):
        return {}
    return {EVIDENCE_IOU: evidence_iou(sample, trace) or 0.0}


def _ruled(protocol: str, sample: Sample, response: Response, frames: Sequence[Frame]) -> dict[str, Any]:
    """What a compat protocol says; a sample that it cannot judge, or an item without a response, is wrong, and the row says why."""
    scorer = get_protocol(protocol)
    nothing: dict[str, Any] = {"correct": False, "iou": scorer.verdict(scorer.blank).iou, "scores": [], "detail": None}
    if response.text is None:
        return nothing | {"parse_error": response.error}
    try:
        line = scorer.line(sample, Output(response.text, tuple(map(_message, response.said)), response.prompt), frames)
        scorer.check(line)
    except LineError as error:
        return nothing | {"parse_error": str(error)}
    ruling = rule(scorer, line)
    return {
        "correct": ruling.verdict.correct,
        "iou": None if ruling.verdict.iou is None else real(ruling.verdict.iou),
        "scores": list(numbers(ruling.scores).items()),
        "detail": written(ruling.scores).decode(),
        "parse_error": ruling.reason,
    }


def _message(turn: Turn) -> dict[str, Any]:
    return {"role": turn.role, "content": turn.text}


def _places(answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {"answer": None, "points": None, "boxes": None}
    return {"answer": answer.text, "points": list(map(asdict, answer.points)), "boxes": list(map(asdict, answer.boxes))}
