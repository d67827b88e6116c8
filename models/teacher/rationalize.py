"""Rationalize: show the known answer and ask how one gets there without knowing it (UniVG-R1, arXiv 2505.14231, figure 2a).

The teacher sees all images, the question, the dialogue before it and what is known; of several chains it picks the best. The answer that
such a trace claims is the known one, so that it is right by construction says nothing about the teacher.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain
from typing import Any

from data.dialects import Parsed
from data.prompts import prompt
from data.rows import Row
from data.sample import Role, Sample
from data.space import Box, Frame, Point
from data.trace import PlacedBox, PlacedPoint
from models.teacher.chain import ask_chain, parsed_row, prompt_hashes, write_prompt
from models.teacher.config import GenerateConfig
from models.teacher.domains import domain_hashes, domain_of, domain_prompt
from models.teacher.method import Made, Setting
from models.teacher.pick import PICK, ask_pick, judgement_rows, select, taking_part
from models.teacher.steps import steps_hashes, steps_prompt

UNNAMED = "the object"
NOTHING_KNOWN = Parsed(None, "nothing is known of the answer")
"""What is recorded of a sample that the teacher cannot be shown the answer of."""


class Rationalize:
    """Chains that explain what is known, the best of them picked."""

    name = "rationalize"
    needs_teacher = True

    async def generate(self, sample: Sample, setting: Setting) -> Made:
        """One trace per candidate that was answered; a sample of which nothing is known gets a row that says so, and is not asked about."""
        config = setting.config
        if not sample.boxes and not sample.points and sample.answer is None:
            return Made([parsed_row(self.name, 0, sample, config, NOTHING_KNOWN, "", [])])
        domain, steps = domain_prompt(domain_of(sample, config)), steps_prompt(sample)
        words = {"domain": domain.render(), "steps": steps.render() if steps else None}
        text = _write(self.name, sample, setting, **words)
        hashes = [used.prompt_hash for used in (domain, steps) if used]
        asked = (ask_chain(self.name, text, index, sample, setting, further_hashes=hashes) for index in range(config.candidates))
        rows = list(chain.from_iterable(await asyncio.gather(*asked)))
        return await _picked(rows, sample, setting) if config.rationalize.pick and rows else Made(rows)

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:
        """Hashes of the prompt files."""
        pick = [prompt(f"teacher/{PICK}").prompt_hash] if config.rationalize.pick else []
        return [*prompt_hashes(self.name, config.dialect), *domain_hashes(config), *steps_hashes(), *pick]


async def _picked(rows: Sequence[Row], sample: Sample, setting: Setting) -> Made:
    """The chains with one of them selected, and the judgements; who is alone needs no judge."""
    able = taking_part(rows, sample, setting)
    if len(able) < 2:
        return Made(select(rows, (able or rows)[0]))
    text = _write(PICK, sample, setting, chains=[row["text"] for row in able])
    pick = await ask_pick(text, len(able), sample, setting)
    return Made(select(rows, able[pick.index or 0]), judgements=judgement_rows(able, pick))


def _write(name: str, sample: Sample, setting: Setting, **words: Any) -> str:
    """A prompt that tells what is known."""
    frames = setting.frames(sample)
    known = [_known(box, box.role or Role.ANSWER, f"[{_corners(box, frames)}]") for box in sample.boxes]
    if not any(place["role"] == Role.ANSWER for place in known):
        known += [_known(point, Role.ANSWER, f"({_numbers(point, frames)})") for point in sample.points]
    return write_prompt(name, setting.config.dialect, sample, frames, known=known, answer=sample.answer, **words)


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
