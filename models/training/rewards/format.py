"""Format: 1 where the text keeps the rules of its dialect."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from data.benchmarks.compat import ivgr, univg, vigorl, vigorl_zoom
from data.config import Section
from data.dialects.places import corners
from data.sample import Task
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout
from models.training.written import is_on_image


@register("format")
class Format(Section):
    """1 if the text keeps every rule, else 0."""

    reading: Literal["strict", "vigorl", "vigorl_zoom", "univg", "ivgr"] = "strict"
    """``strict`` asks the dialect for its first error; the others are the published rules (``data.benchmarks.compat``)."""
    least_places: int = Field(default=0, ge=0)
    """Of ``strict``: so many different places on the images must be named in thoughts or looked at."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        return [{"format": float(self._keeps(rollout, group.sample.task, context))} for rollout in group.rollouts]

    def _keeps(self, rollout: Rollout, task: Task, context: RewardContext) -> bool:
        match self.reading:
            case "vigorl":
                return vigorl.keeps_form(rollout.text, task)
            case "vigorl_zoom":
                return vigorl_zoom.keeps_form(rollout.text, task)
            case "univg":
                return univg.keeps_form(rollout.text)
            case "ivgr":
                return ivgr.keeps_form(rollout.text)
            case _:
                return rollout.parsed.error is None and self._places(rollout, context) >= self.least_places

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
