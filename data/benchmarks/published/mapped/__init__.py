"""Mapped: question sets with choices, short texts, or yes and no, each a TOML file here that says which of its columns is what."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from data.benchmarks.published.mapped.config import MapConfig, MapError
from data.benchmarks.published.mapped.questions import QuestionSet, map_hashes, own_question_set, question_set
from data.benchmarks.published.registry import register

__all__ = ["MapConfig", "MapError", "QuestionSet", "map_hashes", "own_question_set"]

for path in sorted(Path(__file__).parent.glob("*.toml")):
    register(partial(question_set, path))
