"""LLMSeg-Grounding: a question that takes some reasoning, answered by a box in one image.

A record is ``image_path, question, bbox``; ``bbox`` is a list of lists, whose first four numbers together are the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from data.benchmarks.published.material import ALL, Material, Record, problems, required
from data.benchmarks.published.registry import register
from data.benchmarks.published.zero_shot import ZeroShot, card_of, files_of, four, read_box
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

FILES = {ALL: files_of("LLMSeg_eval.json")}


@register
class LlmsegGrounding(ZeroShot):
    """One file; its image paths are relative to a folder ``images``."""

    name = "llmseg_grounding"
    card = card_of("LLMSeg-Grounding", "a JSON list (LLMSeg_eval.json) and a folder of images", "llmseg_evaluation", FILES)

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        reader = material.beside("pixel")
        yield from problems(material.json(*FILES[ALL]), partial(_problem, reader))


def _problem(reader: RowReader, locator: str, record: Record) -> Problem:
    path, question, boxes = required(record, "image_path", "question", "bbox")
    images = reader.images({"image": path})
    return read_box(reader, locator, question, four(_flat(boxes), "bbox"), images, None, bbox=boxes, image_path=path)


def _flat(boxes: Any) -> list[Any]:
    """The numbers of lists of numbers, one after another. Raises ``RowError``."""
    if not isinstance(boxes, list) or not all(isinstance(box, list) for box in boxes):
        raise RowError(Reason.WRONG_TYPE, f"bbox should be a list of lists of numbers, not {boxes!r:.100}")
    return [number for box in boxes for number in box]
