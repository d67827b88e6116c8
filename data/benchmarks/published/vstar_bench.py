"""V*Bench: 191 questions about small things in large photographs, attributes and relative positions (arXiv 2312.14135).

The questions, with their choices in a mixed order, are in ``test_questions.jsonl``; the boxes of what one must find are in a JSON beside
each picture, whose own list of options always has the right one first. Where that JSON is absent, the problem has no evidence boxes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.base import Card
from data.benchmarks.published.items import item, sorted_out
from data.benchmarks.published.lettered import named_choice, split_lettered
from data.benchmarks.published.material import Material, Record, problems, required
from data.benchmarks.published.registry import register
from data.benchmarks.published.screens import corners_of
from data.sample import Role, Task
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError

QUESTIONS = "test_questions.jsonl"
COUNTS = {"direct_attributes": 115, "relative_position": 76}


@register
class VStarBench(AskedBenchmark):
    """V*Bench, asked for the text of the right choice as ViGoRL asks it."""

    name = "vstar_bench"
    protocols = (STRICT, "vigorl-choice", "vigorl-multiturn-choice")
    card = Card(
        title="V*Bench",
        form=f"{QUESTIONS} beside the folders direct_attributes and relative_position, which hold pictures and a JSON for each",
        space="pixel, x y w h (evidence)",
        files=dict.fromkeys(COUNTS, (QUESTIONS,)),
        counts=COUNTS,
        metrics=("accuracy, by attribute and position, and over all",),
        schema="penghao-wu/vstar 7539bcc vstar_bench_eval.py and visual_search.py; test_questions.jsonl of craigwu/vstar_bench on the "
        "hub, with the fields that public loaders of it read",
        is_verified=True,
        repository="craigwu/vstar_bench",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """The questions of both parts. Raises ``SourceError`` where they are not there, or on the hub alone."""
        if material.hub is not None:
            reason = f"{material.hub} has its pictures file by file; set path to a local copy of it"
            raise SourceError(f"{self.name}: {reason}")
        records = sorted_out(material, material.uncounted.json(QUESTIONS), COUNTS, lambda record: str(record.get("category") or ""))
        yield from problems(records, lambda locator, record: _problem(material, locator, record))


def _problem(material: Material, locator: str, record: Record) -> Problem:
    picture, text, category, label = required(record, "image", "text", "category", "label")
    if category not in tuple(COUNTS) or not all(isinstance(value, str) for value in (picture, text, label)):
        raise RowError(Reason.WRONG_TYPE, f"a record has texts, and category {' or '.join(COUNTS)}, not {record!r:.200}")
    question, choices = split_lettered(text)
    image = material.image(picture)
    row: dict[str, Any] = {"question": question, "task": Task.CHOICE, "category": category}
    row |= {"choices": list(choices), "answer": named_choice(label, choices), "label": label, "text": text}
    row |= _evidence((material.images.root / picture).with_suffix(".json"))
    return item(material.reader("pixel").read(locator, row, (image,)), category, record.get("question_id"))


def _evidence(file: Path) -> dict[str, Any]:
    """The boxes of what a question is about, with names; nothing where there is no such file. Raises ``RowError``."""
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise RowError(Reason.BAD_JSON, f"{file.name} beside the picture is not JSON: {error}") from error
    names, boxes = required(found if isinstance(found, dict) else {}, "target_object", "bbox")
    if not (isinstance(names, list) and isinstance(boxes, list) and len(names) == len(boxes)):
        raise RowError(Reason.WRONG_TYPE, f"{file.name} should have a bbox for each target_object, not {boxes!r:.80} for {names!r:.80}")
    placed = [_placed(corners_of(box), name) for box, name in zip(boxes, names, strict=True)]
    return {"boxes": placed, "target_object": names, "bbox": boxes}


def _placed(corners: Any, label: Any) -> dict[str, Any]:
    if not isinstance(corners, list) or len(corners) != 4:
        raise RowError(Reason.WRONG_TYPE, f"a bbox should be four numbers x, y, w, h, not {corners!r:.80}")
    return dict(zip(("x1", "y1", "x2", "y2"), corners, strict=True)) | {"label": label, "role": Role.EVIDENCE}
