"""Behaviour: what a chain of thoughts does on the way to its answer, counted without a model or by the marks of one.

The phrases are data, ``phrases.txt``, in a package of their own: they decide the key of what is counted by them, and no stage's.
"""

from __future__ import annotations

from data.scoring.behaviour.grounding import StepGrounding, ground
from data.scoring.behaviour.marks import JUDGED, MARKED, Marks, Sentence, count_marks, marked_rows, sentences_of
from data.scoring.behaviour.measures import BEHAVIOUR, Behaviour, Measure, behaviour_of, judgement_rows
from data.scoring.behaviour.phrases import Habit, count_habits
from data.scoring.behaviour.visits import DISTINCT_RADIUS, Visits, visits_of

__all__ = [
    "BEHAVIOUR",
    "DISTINCT_RADIUS",
    "JUDGED",
    "MARKED",
    "Behaviour",
    "Habit",
    "Marks",
    "Measure",
    "Sentence",
    "StepGrounding",
    "Visits",
    "behaviour_of",
    "count_habits",
    "count_marks",
    "ground",
    "judgement_rows",
    "marked_rows",
    "sentences_of",
    "visits_of",
]
