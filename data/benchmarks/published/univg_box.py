"""UniVG-R1's problems: a question about one or more images, answered by a box in thousandths in one of them.

``<image>`` in a question is no part of it. A record does not name the image of its answer: the question does, or a thought beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from data.benchmarks.published.migician_images import answer_image, task_of
from data.sample import Task
from data.sources.problem import Problem, Reason, RowError
from data.sources.row import RowReader

IMAGE = "<image>"
CORNERS = ("x1", "y1", "x2", "y2")


def boxed_problem(
    rows: RowReader, locator: str, question: Any, paths: Any, answer: Sequence[float], thought: Mapping[str, str] | None = None
) -> Problem:
    """The problem of a record, whose ``meta`` keeps the answer as it was published. Raises ``RowError``."""
    asked, images = _asked(question), rows.images({"images": paths})
    index, source = answer_image({"question": asked}, len(images), task_of(paths), thought or {})
    box = dict(zip(CORNERS, answer, strict=True)) | {"image_index": index}
    row = {"question": asked, "task": str(Task.BOX), "boxes": [box], "category": task_of(paths)}
    return replace(rows.read(locator, row, images), meta={"answer": answer, "images": paths, "image_index_from": source})


def _asked(question: Any) -> str:
    if not isinstance(question, str):
        raise RowError(Reason.WRONG_TYPE, f"question should be text, not {question!r:.100}")
    return question.replace(IMAGE, "").strip()
