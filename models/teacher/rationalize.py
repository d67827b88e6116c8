"""Rationalize: show the known answer and ask how one gets there without knowing it (UniVG-R1, arXiv 2505.14231, figure 2a).

The answer that such a trace claims is the known one, so that it is right by construction says nothing about the teacher.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain
from typing import Any

from data.dialects import Parsed
from data.sample import Role, Sample
from data.space import Box, Frame, Point
from data.trace import PlacedBox, PlacedPoint
from models.teacher.chain import ask_chain, parsed_row, prompt_hashes, write_prompt
from models.teacher.config import GenerateConfig
from models.teacher.method import Made, Setting

UNNAMED = "the object"
NOTHING_KNOWN = Parsed(None, "nothing is known of the answer")
"""What is recorded of a sample that the teacher cannot be shown the answer of."""


class Rationalize:
    """Chains that explain what is known."""

    name = "rationalize"
    needs_teacher = True

    async def generate(self, sample: Sample, setting: Setting) -> Made:
        """One trace per candidate that was answered; a sample of which nothing is known gets a row that says so, and is not asked about."""
        if not sample.boxes and not sample.points and sample.answer is None:
            return Made([parsed_row(self.name, 0, sample, setting.config, NOTHING_KNOWN, "", [])])
        text = _prompt(sample, setting)
        rows = await asyncio.gather(*(ask_chain(self.name, text, index, sample, setting) for index in range(setting.config.candidates)))
        return Made(list(chain.from_iterable(rows)))

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:
        """Hashes of the prompt files."""
        return prompt_hashes(self.name, config.dialect)


def _prompt(sample: Sample, setting: Setting) -> str:
    frames = setting.frames(sample)
    known = [_known(box, box.role or Role.ANSWER, f"[{_corners(box, frames)}]") for box in sample.boxes]
    if not any(place["role"] == Role.ANSWER for place in known):
        known += [_known(point, Role.ANSWER, f"({_numbers(point, frames)})") for point in sample.points]
    return write_prompt("rationalize", setting.config.dialect, sample, frames, known=known, answer=sample.answer)


def _known(place: PlacedBox | PlacedPoint, role: str, where: str) -> dict[str, Any]:
    return {"role": str(role), "image": place.image_index + 1, "label": place.label or UNNAMED, "where": where}


def _numbers(point: PlacedPoint, frames: Sequence[Frame]) -> str:
    """The point as numbers of the space that the teacher writes."""
    frame = frames[point.image_index]
    seen = Point(point.x, point.y, frame.stored).to(frame.model)
    return ", ".join(f"{value:.{frame.model.decimals}f}" for value in (seen.x, seen.y))


def _corners(box: PlacedBox, frames: Sequence[Frame]) -> str:
    """The box as numbers of the space that the teacher writes."""
    frame = frames[box.image_index]
    seen = Box(box.x1, box.y1, box.x2, box.y2, frame.stored).to(frame.model)
    return ", ".join(f"{value:.{frame.model.decimals}f}" for value in (seen.x1, seen.y1, seen.x2, seen.y2))
