"""Curation settings: which rules a trace must pass, and how kept traces become a data set."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from data.config import Section


class CurateConfig(Section):
    """Rules by name, each with its settings, for example ``{answer_iou = {minimum = 0.5}}``."""

    rules: dict[str, dict[str, Any]] = {"answer_correct": {}}


class PublishConfig(Section):
    """How kept traces become training conversations."""

    dialect: str | None = None
    """Default: the student's."""
    validation_share: float = Field(default=0.0, ge=0, le=1)
    """Share of samples, chosen by id, that the ``validation`` split takes."""
    traces_per_sample: int = Field(default=1, gt=0)
