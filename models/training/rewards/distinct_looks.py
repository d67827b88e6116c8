"""Distinct looks: a bonus for looking at different places (ViGoRL, arXiv 2505.23678, sections 4 and 5).

Without it the published policy falls back to one turn. Its code pays 0.2 for each place from the second on and has no cap; its paper
pays each place, at most four.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from data.benchmarks.compat.vigorl.turns import ordered_looks
from data.config import Section
from data.trace import PlacedPoint
from models.training.context import RewardContext
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout
from models.training.written import is_on_image


@register("distinct_looks", version=2)
class DistinctLooks(Section):
    """How many different places are looked at beyond the first, up to ``cap``: a whole number from 0."""

    cap: int = Field(default=3, ge=0)
    """Most places that are paid: 3 with the published limit of four looks."""
    min_distance_px: float = Field(default=10.0, ge=0)
    """Places closer to one that counts are no other place."""
    reading: Literal["strict", "vigorl_zoom"] = "strict"
    """``strict`` takes what the dialect reads, on the images and in their pixels; ``vigorl_zoom`` all calls in braces of a text
    whose tags are in order, in the policy's units."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        return [{"distinct_looks": float(min(self.cap, max(0, self._distinct(rollout, context) - 1)))} for rollout in group.rollouts]

    def _distinct(self, rollout: Rollout, context: RewardContext) -> int:
        counted: list[PlacedPoint] = []
        for look in self._looks(rollout, context):
            if not any(self._is_close(look, other) for other in counted):
                counted.append(look)
        return len(counted)

    def _looks(self, rollout: Rollout, context: RewardContext) -> Sequence[PlacedPoint]:
        if self.reading == "vigorl_zoom":
            return [PlacedPoint(x, y) for x, y in ordered_looks(rollout.text.strip()) or ()]
        steps = rollout.parsed.trace.steps if rollout.parsed.trace is not None else ()
        points = (zoom.point for step in steps for zoom in step.zooms)
        return [point for point in points if is_on_image(point.x, point.y, point.image_index, context.frames)]

    def _is_close(self, a: PlacedPoint, b: PlacedPoint) -> bool:
        squared = (a.x - b.x) ** 2 + (a.y - b.y) ** 2
        return a.image_index == b.image_index and squared < self.min_distance_px**2
