"""Fields: what scorers of boxes ask of a line's fields, and what they make of a sample's answer box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.benchmarks.protocols.scorer import Line, LineError, Scores, Verdict
from data.sample import Sample
from data.space import Frame
from data.trace import PlacedBox

GRIDS = {"unit": 1, "thousandth": 1000}
"""Parts of a side, by what sources call a space that does not depend on the image."""
DECIMALS = {1: 3, 1000: None}
"""Decimals that published boxes have in each; None: whole numbers."""


def check_text(line: Line, field: str) -> None:
    """Raise ``LineError`` unless the field is a text."""
    if not isinstance(line.get(field), str):
        raise LineError(f"{field} should be a text, not {_shown(line, field)}")


def check_target(line: Line, field: str) -> None:
    """Raise ``LineError`` unless the target has the field, a list or a text; what is in it is the protocol's to judge."""
    target = line.get("target")
    if not isinstance(target, Mapping):
        raise LineError(f"target should be an object with {field}, not {_shown(line, 'target')}")
    if not isinstance(target.get(field), list | tuple | str):
        raise LineError(f"target.{field} should be a list or a text, not {_shown(target, field)}")


def check_size(line: Line, field: str) -> None:
    """Raise ``LineError`` unless the field is a width and a height."""
    size = line.get(field)
    if not isinstance(size, list | tuple) or len(size) != 2 or not _are_numbers(size):
        raise LineError(f"{field} should be a width and a height in pixels, not {_shown(line, field)}")


def verdict_of(scores: Scores, iou: str, *, correct: bool) -> Verdict:
    """Right or wrong, with the score that is an IoU."""
    value = scores[iou]
    return Verdict(correct, float(value) if isinstance(value, int | float) else None)


def size_of(frame: Frame) -> list[int]:
    """Width and height of a stored image."""
    return [int(frame.stored.width), int(frame.stored.height)]


def frame_of(sample: Sample, frames: Sequence[Frame], index: int) -> Frame:
    """The frame of one of the sample's images. Raises ``LineError``."""
    if index >= len(frames):
        raise LineError(f"{sample.sample_id} asks about image {index}, counted from 0; there are {len(frames)}")
    return frames[index]


def answer_box(sample: Sample) -> PlacedBox:
    """The sample's first answer box, in pixels. Raises ``LineError``."""
    if not sample.answer_boxes:
        raise LineError(f"{sample.sample_id} has no answer box, the protocol judges boxes")
    return sample.answer_boxes[0]


def gridded_box(sample: Sample, frames: Sequence[Frame], grid: int) -> list[float]:
    """The sample's answer in parts of its image's sides, 1 or 1000 of them. Raises ``LineError``.

    It is the published ``answer`` where ``meta`` has one, to its last digit; else the answer box, rounded as published ones are.
    """
    published = published_box(sample)
    if published is None:
        box = answer_box(sample)
        stored = frame_of(sample, frames, box.image_index).stored
        shares = (box.x1 / stored.width, box.y1 / stored.height, box.x2 / stored.width, box.y2 / stored.height)
        return [round(share * grid, DECIMALS[grid]) for share in shares]
    own = GRIDS[sample.source_space]
    return list(published) if own == grid else [_rescaled(number, own, grid) for number in published]


def published_box(sample: Sample) -> Sequence[float] | None:
    """The four numbers of ``meta["answer"]`` where the sample's space does not depend on its image; None else."""
    answer = sample.meta.get("answer")
    is_box = isinstance(answer, list | tuple) and len(answer) == 4 and _are_numbers(answer)
    return answer if is_box and sample.source_space in GRIDS else None


def _rescaled(number: float, own: int, grid: int) -> float:
    if own > grid:
        return number * grid / own
    scaled = round(number * grid / own, 3)
    return int(scaled) if scaled == int(scaled) else scaled


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _shown(fields: Mapping[str, Any], field: str) -> str:
    return repr(fields[field])[:80] if field in fields else f"absent beside {', '.join(map(str, fields)) or 'nothing'}"
