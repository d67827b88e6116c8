"""Targets of ViGoRL's protocols: texts, and what is known of a sample in the form that published records have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from data.benchmarks.compat.vigorl.literals import literal
from data.benchmarks.protocols.fields import answer_box, frame_of
from data.benchmarks.protocols.scorer import Line, LineError
from data.sample import Sample
from data.space import Frame, SpaceKind

BOX = re.compile(r"\s*[(\[]\s*(\d{1,15})\s*,\s*(\d{1,15})\s*,\s*(\d{1,15})\s*,\s*(\d{1,15})\s*[)\]]\s*", re.ASCII)
"""The answer of a published record that asks for a point."""
Placed = tuple[tuple[float, ...], int]
"""The numbers of a box, and which image it is on."""
SHOWN = 80
"""Characters of a wrong value that an error shows."""


def check_known(line: Line, field: str) -> None:
    """Raise ``LineError`` unless the target has the field as a text, which is how the published functions take it."""
    target = line.get("target")
    if not isinstance(target, Mapping):
        raise LineError(f"target should be an object with {field}, not {repr(target)[:SHOWN]}")
    if field not in target:
        raise LineError(f"target.{field} should be a text, and is absent beside {', '.join(map(str, target)) or 'nothing'}")
    if not isinstance(target[field], str):
        raise LineError(f"target.{field} should be a text, not {repr(target[field])[:SHOWN]}")


def known_box(sample: Sample, frames: Sequence[Frame]) -> str:
    """The box that a point must lie in, ``(x1, y1, x2, y2)`` in whole numbers of the space that the model writes in.

    The record's own numbers, or the sample's first answer box; where the model sees the image in another size, each is scaled and cut to a
    whole number (grounded-rl e7970c0, ``src/vlmsearch/tree_search/single_path_rollouts.py`` lines 208 to 242).
    Raises ``LineError``.
    """
    box, image_index = _published_box(sample) or _answer_box(sample)
    frame = frame_of(sample, frames, image_index)
    if frame.model.kind == SpaceKind.UNIT:
        raise LineError(f"{sample.sample_id} is asked in {frame.model}; the protocol needs a space of whole numbers")
    wide, high = frame.model.width / frame.stored.width, frame.model.height / frame.stored.height
    return str(tuple(int(value * scale) for value, scale in zip(box, (wide, high, wide, high), strict=True)))


def middle(box: str) -> str:
    """The middle of a box as ``known_box`` writes it, ``(x, y)`` in whole numbers."""
    x1, y1, x2, y2 = literal(box)
    return f"({(x1 + x2) // 2}, {(y1 + y2) // 2})"


def known_answer(sample: Sample) -> str:
    """The text of the right choice as its record has it. Raises ``LineError``."""
    return _text(sample, "answer")


def known_action(sample: Sample) -> str:
    """The right action as its record has it. Raises ``LineError``."""
    return _text(sample, "action", "answer")


def _text(sample: Sample, *fields: str) -> str:
    known = next((sample.meta[field] for field in fields if isinstance(sample.meta.get(field), str)), sample.answer)
    if known is None:
        raise LineError(f"{sample.sample_id} has no answer in words, the protocol compares words; its task is {sample.task}")
    return known


def _published_box(sample: Sample) -> Placed | None:
    answer = sample.meta.get("answer")
    found = BOX.fullmatch(answer) if isinstance(answer, str) else None
    return (tuple(map(int, found.groups())), sample.answer_boxes[0].image_index if sample.answer_boxes else 0) if found else None


def _answer_box(sample: Sample) -> Placed:
    box = answer_box(sample)
    return (box.x1, box.y1, box.x2, box.y2), box.image_index
