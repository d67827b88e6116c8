"""Behaviour: what a chain of thoughts does on the way to its answer, counted without a model.

The phrases are data, ``phrases.txt``, in a package of their own: they decide the key of what is counted by them, and no stage's.
"""

from __future__ import annotations

from data.scoring.behaviour.grounding import StepGrounding, ground
from data.scoring.behaviour.measures import BEHAVIOUR, Behaviour, Measure, behaviour_of, judgement_rows
from data.scoring.behaviour.phrases import Habit, count_habits
from data.scoring.behaviour.visits import DISTINCT_RADIUS, Visits, visits_of

__all__ = [
    "BEHAVIOUR",
    "DISTINCT_RADIUS",
    "Behaviour",
    "Habit",
    "Measure",
    "StepGrounding",
    "Visits",
    "behaviour_of",
    "count_habits",
    "ground",
    "judgement_rows",
    "visits_of",
]
