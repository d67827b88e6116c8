"""Rationalize: show the known answer and ask how one gets there without knowing it (UniVG-R1, arXiv 2505.14231, figure 2a).

The answer that such a trace claims is the known one, so that it is right by construction says nothing about the teacher.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain

from data.rows import Row
from data.sample import Role, Sample
from data.space import Box, Frame
from data.trace import PlacedBox
from models.teacher.chain import ask_chain, prompt_hashes, write_prompt
from models.teacher.config import GenerateConfig
from models.teacher.method import Setting

UNNAMED = "the object"


class Rationalize:
    """Chains that explain what is known."""

    name = "rationalize"
    needs_teacher = True

    async def generate(self, sample: Sample, setting: Setting) -> list[Row]:
        """One trace per candidate that was answered; none for a sample of which nothing is known."""
        if not sample.boxes and sample.answer is None:
            return []
        text = _prompt(sample, setting)
        rows = await asyncio.gather(*(ask_chain(self.name, text, index, sample, setting) for index in range(setting.config.candidates)))
        return list(chain.from_iterable(rows))

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:
        """Hashes of the prompt files."""
        return prompt_hashes(self.name, config.dialect)


def _prompt(sample: Sample, setting: Setting) -> str:
    frames = setting.frames(sample)
    known = [
        {
            "role": str(box.role or Role.ANSWER),
            "image": box.image_index + 1,
            "label": box.label or UNNAMED,
            "corners": _corners(box, frames),
        }
        for box in sample.boxes
    ]
    return write_prompt("rationalize", setting.config.dialect, sample, frames, known=known, answer=sample.answer)


def _corners(box: PlacedBox, frames: Sequence[Frame]) -> str:
    """The box as numbers of the space that the teacher writes."""
    frame = frames[box.image_index]
    seen = Box(box.x1, box.y1, box.x2, box.y2, frame.stored).to(frame.model)
    return ", ".join(f"{value:.{frame.model.decimals}f}" for value in (seen.x1, seen.y1, seen.x2, seen.y2))
