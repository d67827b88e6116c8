"""LISA-Grounding: an instruction that takes some reasoning, answered by a box in one image; the parts are ``val`` and ``test``.

A record is ``image_path, instruction, boxes``; the first box is the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from data.benchmarks.published.material import Material, Record, problems, required
from data.benchmarks.published.registry import register
from data.benchmarks.published.zero_shot import ZeroShot, card_of, files_of, four, read_box
from data.sources.files import read_json_rows
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

FILES = {"val": files_of("lisa_val.json"), "test": files_of("lisa_test.json")}


@register
class LisaGrounding(ZeroShot):
    """Reported by part."""

    name = "lisa_grounding"
    card = card_of(
        "LISA-Grounding",
        "JSON lists (lisa_val.json, lisa_test.json) beside images",
        "lisa_evaluation",
        FILES,
        counts={"val": 200, "test": 779},
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        reader = material.beside("pixel")
        for part, path in material.parts(FILES):
            yield from problems(material.taken(read_json_rows(path), part), partial(_problem, reader, part))


def _problem(reader: RowReader, part: str, locator: str, record: Record) -> Problem:
    path, instruction, boxes = required(record, "image_path", "instruction", "boxes")
    if not isinstance(boxes, list) or not boxes:
        raise RowError(Reason.WRONG_TYPE, f"boxes should be a list of at least one box, not {boxes!r:.100}")
    images = reader.images({"image": path})
    return read_box(reader, locator, instruction, four(boxes[0], "the first of boxes"), images, part, boxes=boxes, image_path=path)
