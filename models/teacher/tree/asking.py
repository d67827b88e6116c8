"""Asking: the call for the reply at one place of a tree.

The first message is the question with its images; the earlier steps stand below it as a numbered list. A look that a step asked for
turns the conversation: the step becomes the teacher's own turn, and the crop comes with the next message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.conversation import numbers_of
from data.dialects.thoughts import write_step
from data.identity import digest
from data.prompts import prompt
from data.sample import Sample
from data.space import Frame
from data.trace import Answer, Step, Trace, Zoom
from models.teacher.call import Call
from models.teacher.config import GenerateConfig
from models.teacher.domains import domain_hashes, domain_text
from models.teacher.tree.config import TreeConfig
from models.teacher.tree.said import LOOKS, STEPS

NAME = "tree"
QUESTION, NEXT = "teacher/tree", "teacher/tree_next"


class Asking:
    """Writes the calls of one sample's tree."""

    def __init__(self, sample: Sample, config: GenerateConfig, frames: Sequence[Frame]) -> None:
        self._sample = sample
        self._config = config
        self._frames = frames
        self._question = _question(sample, config, frames)

    def call(self, steps: Sequence[Step], place: str, *, must_answer: bool) -> Call:
        """The call for what follows on steps. ``place`` tells calls with the same steps apart, and decides nothing else."""
        teacher = self._config.teacher
        params = {"temperature": teacher.temperature, "top_p": teacher.top_p, "max_tokens": teacher.max_tokens}
        messages = self._messages(steps, must_answer=must_answer)
        index = sample_index(place)
        return Call(teacher.provider, teacher.model, params, messages, self._sample.image_ids, index, NAME, self._sample.sample_id)

    def _messages(self, steps: Sequence[Step], *, must_answer: bool) -> tuple[dict[str, Any], ...]:
        seen = max((number for number, step in enumerate(steps, start=1) if step.zooms), default=0)
        next_step = self._next(steps[seen:], must_answer=must_answer)
        if not seen:
            return ({"role": "user", "content": f"{self._question}\n\n{next_step}"},)
        turns = LOOKS.render_turns(Trace(tuple(steps[:seen]), Answer()), self._frames, self._sample.task)[:-1]
        messages: list[dict[str, Any]] = [{"role": "user", "content": self._question}]
        for turn in turns:
            crops = {"crops": [self._crop(turn.zoom)]} if turn.zoom and turn.role == "user" else {}
            messages.append({"role": turn.role, "content": turn.text, **crops})
        messages[-1]["content"] += f"\n\n{next_step}"
        return tuple(messages)

    def _next(self, steps: Sequence[Step], *, must_answer: bool) -> str:
        lines = [write_step(step, lambda place: STEPS.notation.write(place, self._frames)) for step in steps]
        return prompt(NEXT).render(steps=lines, must_answer=must_answer)

    def _crop(self, zoom: Zoom) -> dict[str, Any]:
        assert self._config.tree.zoom is not None
        point = zoom.point
        image_id = self._sample.image_ids[point.image_index]
        return {"image_id": image_id, "x": point.x, "y": point.y, "zoom": self._config.tree.zoom.model_dump(mode="json")}


def sample_index(place: str) -> int:
    """A number for a place of a tree: 31 bits of its hash."""
    return int(digest(NAME, place)[:8], 16) >> 1


def least_thoughts(sample_id: str, config: TreeConfig) -> int | None:
    """How many thoughts a sample's chains should have at least: evenly spread between the two numbers by the sample's id."""
    if config.least_thoughts is None:
        return None
    low, high = config.least_thoughts
    return low + int(digest("least thoughts", sample_id)[:8], 16) % (high - low + 1)


def prompt_hashes(config: GenerateConfig) -> list[str]:
    """Hashes of the prompt files that decide what is asked."""
    return [*(prompt(name).prompt_hash for name in (QUESTION, NEXT)), *domain_hashes(config)]


def _question(sample: Sample, config: GenerateConfig, frames: Sequence[Frame]) -> str:
    spaces = [frame.model for frame in frames]
    return prompt(QUESTION).render(
        images=[{"x": f"{space.width:g}", "y": f"{space.height:g}"} for space in spaces],
        numbers=numbers_of(spaces),
        domain=domain_text(sample, config),
        least=least_thoughts(sample.sample_id, config.tree),
        looks=config.tree.zoom is not None,
        task=sample.task.value,
        context=sample.context,
        question=sample.question,
        choices=sample.choices,
    )
