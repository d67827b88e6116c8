"""Errors: those that a person can mend. The command tells each in one sentence."""

from __future__ import annotations

from data.benchmarks.comparing import ComparingError
from data.curation.rules import RuleError
from data.export import ExportError
from data.sources.problem import SourceError
from data.statement import QueryError
from data.store import StoreError
from flows.recipe import RecipeError
from models.student.settings import SettingsError
from models.teacher.errors import TeacherError
from models.training.errors import TrainingError
from tasks.errors import ChildFailedError


class OutputError(Exception):
    """A file cannot be written where a person asked for it; the text is one sentence."""


class ScoringError(Exception):
    """Lines that cannot be scored at all: no such file or protocol, or a process that was lost; the text is one sentence."""


class ServiceError(Exception):
    """``fovea up`` could not start what it starts; the text is one sentence."""


EXPECTED = (
    ChildFailedError,
    ComparingError,
    ExportError,
    OutputError,
    QueryError,
    RecipeError,
    RuleError,
    ScoringError,
    ServiceError,
    SettingsError,
    SourceError,
    StoreError,
    TeacherError,
    TrainingError,
)
"""Subclasses belong too: an unknown version is a ``StoreError``, an unreachable teacher a ``TeacherError``."""
