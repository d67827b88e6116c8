"""Curation settings: which rules a trace must pass."""

from __future__ import annotations

from typing import Any

from data.config import Section


class CurateConfig(Section):
    """Rules by name, each with its settings, for example ``{answer_iou = {minimum = 0.5}}``."""

    rules: dict[str, dict[str, Any]] = {"answer_correct": {}}
