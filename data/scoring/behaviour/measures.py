"""Measures: the behaviour of one chain as figures, and as rows of ``judgements``.

A row's name is ``behaviour_<measure>``; the grounding of each step of which it is known is ``behaviour_grounding_step_<number>``. What is
not known has no value, and the row says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from data.sample import Sample
from data.scoring.behaviour.grounding import StepGrounding, ground
from data.scoring.behaviour.phrases import Habit, count_habits
from data.scoring.behaviour.visits import DISTINCT_RADIUS, places_of, visits_of
from data.trace import Trace

BEHAVIOUR = "behaviour_"
"""What the names of its rows start with."""
NOT_KNOWN = "no place is named of which the sample knows what lies there"


class Measure(StrEnum):
    """What is counted of a chain."""

    REGIONS = "regions"
    """Distinct places that it points or looks at."""
    RETURNS = "returns"
    """How often it comes back to a place that it had left for another."""
    SUBGOALS = "subgoals"
    """Sentences that set a subgoal in a step with a place: grounded subgoals."""
    VERIFICATIONS = "verifications"
    """Sentences that check what was said or seen."""
    BACKTRACKS = "backtracks"
    """Sentences that give up what the chain was on."""
    GROUNDING = "grounding"
    """The share of places that lie on what the words beside them name, of those of which it is known."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The figures of one chain."""

    regions: int
    returns: int
    subgoals: int
    verifications: int
    backtracks: int
    steps: tuple[StepGrounding, ...]

    @property
    def grounding(self) -> float | None:
        """Over the places of all steps; None where nothing is known."""
        return StepGrounding(sum(step.right for step in self.steps), sum(step.known for step in self.steps)).share

    def value(self, measure: Measure) -> float | None:
        """A figure by its name."""
        found = getattr(self, measure)
        return None if found is None else float(found)


def behaviour_of(trace: Trace, sample: Sample, radius: float = DISTINCT_RADIUS) -> Behaviour:
    """What a chain does; ``radius`` is in pixels of the stored image."""
    habits = count_habits(step.thought for step in trace.steps)
    placed = count_habits(step.thought for step in trace.steps if any(places_of(step)))
    visits = visits_of(trace, radius)
    return Behaviour(
        regions=visits.regions,
        returns=visits.returns,
        subgoals=placed[Habit.SUBGOAL],
        verifications=habits[Habit.VERIFICATION],
        backtracks=habits[Habit.BACKTRACK],
        steps=tuple(ground(trace, sample)),
    )


def judgement_rows(subject_id: str, behaviour: Behaviour | None, error: str | None = None) -> Iterator[dict[str, Any]]:
    """Rows of ``judgements`` of a chain; without a behaviour, which an ``error`` explains, they have no values."""
    for measure in Measure:
        value = behaviour.value(measure) if behaviour is not None else None
        why = error or (NOT_KNOWN if value is None else None)
        yield {"subject_id": subject_id, "name": f"{BEHAVIOUR}{measure}", "value": value, "request_ids": [], "error": why}
    for number, step in enumerate(behaviour.steps if behaviour is not None else (), start=1):
        if step.share is not None:
            name = f"{BEHAVIOUR}{Measure.GROUNDING}_step_{number}"
            yield {"subject_id": subject_id, "name": name, "value": step.share, "request_ids": [], "error": None}
