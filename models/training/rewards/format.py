"""Format: 1 where the text keeps the rules of its dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import Field

from data.benchmarks.compat import ivgr_grounded, univg_reward
from data.benchmarks.compat.vigorl import rewards, turns
from data.config import Section
from data.dialects.places import corners
from data.sample import Task
from models.training.context import RewardContext
from models.training.paid import paid
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout
from models.training.written import is_on_image


def _one_turn(text: str, task: Task) -> float:
    form = rewards.point_form if task == Task.POINT else rewards.action_form if task == Task.ACTION else rewards.choice_form
    return form(text) * rewards.sight(text)


def _several_turns(text: str, task: Task) -> float:
    """1, or more with the bonus for looks, which is a part of its own here."""
    return turns.point_form(text) if task == Task.POINT else turns.choice_form(text)


PUBLISHED: Mapping[str, Callable[[str, Task], float]] = {
    "vigorl": _one_turn,
    "vigorl_zoom": _several_turns,
    "univg": lambda text, task: univg_reward.form(text, direct=False),  # noqa: ARG005
    "ivgr": lambda text, task: float(ivgr_grounded.keeps_form(ivgr_grounded.tight(text))),  # noqa: ARG005
}


@register("format", version=2)
class Format(Section):
    """1 if the text keeps every rule, else 0."""

    reading: Literal["strict", "vigorl", "vigorl_zoom", "univg", "ivgr"] = "strict"
    """``strict`` asks the dialect for its first error; the others are the published rules (``data.benchmarks.compat``)."""
    least_places: int = Field(default=0, ge=0)
    """Of ``strict``: so many different places on the images must be named in thoughts or looked at."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        return [{"format": float(self._keeps(rollout, group.sample.task, context))} for rollout in group.rollouts]

    def _keeps(self, rollout: Rollout, task: Task, context: RewardContext) -> bool:
        if self.reading == "strict":
            return rollout.parsed.error is None and self._places(rollout, context) >= self.least_places
        return paid(PUBLISHED[self.reading], rollout.text, task) >= 1

    def _places(self, rollout: Rollout, context: RewardContext) -> int:
        if rollout.parsed.trace is None:
            return -1
        steps = rollout.parsed.trace.steps
        named = [mention.place for step in steps for mention in step.mentions] + [zoom.point for step in steps for zoom in step.zooms]
        on_image = (
            place
            for place in named
            if all(is_on_image(x, y, place.image_index, context.frames) for x, y in zip(*corners(place), strict=True))
        )
        return len({(place.image_index, corners(place)) for place in on_image})
