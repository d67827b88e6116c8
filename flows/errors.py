"""Errors: those that a person can mend. The command tells each in one sentence."""

from __future__ import annotations

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


class ServiceError(Exception):
    """``fovea up`` could not start what it starts; the text is one sentence."""


EXPECTED = (
    ChildFailedError,
    ExportError,
    QueryError,
    RecipeError,
    RuleError,
    ServiceError,
    SettingsError,
    SourceError,
    StoreError,
    TeacherError,
    TrainingError,
)
"""Subclasses belong too: an unknown version is a ``StoreError``, an unreachable teacher a ``TeacherError``."""
