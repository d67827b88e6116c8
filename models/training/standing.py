"""Standing: how often each sample was attempted and solved so far: the fold of ``data.difficulty``, kept up step by step.

A rollout whose outcome is not known is no attempt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.difficulty import SUCCESS
from models.training.rollout import Group


@dataclass
class Standing:
    """One sample's attempts."""

    attempts: int = 0
    successes: int = 0
    total: float = 0.0
    """Sum of outcomes."""


class Standings:
    """The standing of every sample drawn so far."""

    def __init__(self) -> None:
        self._by_sample: dict[str, Standing] = {}

    def observe(self, outcomes: Mapping[str, Sequence[float]]) -> None:
        """Add the outcomes of one step's rollouts by sample id."""
        for sample_id, values in outcomes.items():
            standing = self._by_sample.setdefault(sample_id, Standing())
            standing.attempts += len(values)
            standing.successes += sum(value >= SUCCESS for value in values)
            standing.total += sum(values)

    def rows(self, step: int, sample_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Rows of the table ``difficulty`` for samples drawn at a step."""
        return [self._row(step, sample_id, self._by_sample[sample_id]) for sample_id in sample_ids]

    def _row(self, step: int, sample_id: str, standing: Standing) -> dict[str, Any]:
        return {
            "step": step,
            "sample_id": sample_id,
            "attempts": standing.attempts,
            "successes": standing.successes,
            "mean_outcome": standing.total / standing.attempts if standing.attempts else None,
        }


def outcomes_by_sample(groups: Iterable[Group]) -> dict[str, list[float]]:
    """The known outcomes of a step's rollouts by id of every sample drawn, in order."""
    found: dict[str, list[float]] = {}
    for group in groups:
        found.setdefault(group.sample.sample_id, []).extend(outcome for outcome in group.outcomes_G if outcome is not None)
    return found
