"""ReasonVOS-Grounding: an instruction about frames of a video, answered by a box in the third of them.

A record is ``image_list, question, bbox_list``; a box is a text, of which every run of digits is a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from data.benchmarks.published.material import ALL, Material, Record, problems, required
from data.benchmarks.published.registry import register
from data.benchmarks.published.zero_shot import ZeroShot, card_of, files_of, four, read_box, third
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

FILES = {ALL: files_of("ReasonVOS_eval.json")}
DIGITS = re.compile(r"[0-9]+")


@register
class ReasonvosGrounding(ZeroShot):
    """One file; its paths are those of frames."""

    name = "reasonvos_grounding"
    card = card_of("ReasonVOS-Grounding", "a JSON list (ReasonVOS_eval.json) and frames", "reasonvos_evaluation", FILES, images=6)

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        reader = material.beside("pixel")
        yield from problems(material.json(*FILES[ALL]), partial(_problem, reader))


def _problem(reader: RowReader, locator: str, record: Record) -> Problem:
    paths, question, boxes = required(record, "image_list", "question", "bbox_list")
    box = four(_numbers(third(boxes, "bbox_list")), "the third of bbox_list")
    third(paths, "image_list")
    images = reader.images({"images": paths})
    return read_box(reader, locator, question, box, images, None, bbox_list=boxes, image_list=paths)


def _numbers(box: Any) -> list[int]:
    if not isinstance(box, str):
        raise RowError(Reason.WRONG_TYPE, f"the third of bbox_list should be a text, not {box!r:.100}")
    try:
        return [int(digits) for digits in DIGITS.findall(box)]
    except ValueError as error:
        raise RowError(Reason.WRONG_TYPE, f"the third of bbox_list has a number that is too long: {error}") from error
