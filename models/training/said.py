"""Said: whether the text of an answer is the known one, by the ways of reading it that rewards may be told."""

from __future__ import annotations

from typing import Literal

from data.benchmarks.compat import vigorl, vigorl_zoom
from models.training.rollout import Rollout

TextReading = Literal["strict", "vigorl", "vigorl_zoom"]
"""``strict`` is the scorer's word; ``vigorl`` takes the text, in lower case and after a letter with a dot or bracket; ``vigorl_zoom`` the
text alone."""


def is_said(rollout: Rollout, known: str | None, reading: TextReading) -> float | None:
    """1 or 0; None where no answer is known."""
    if reading == "strict" or rollout.outcome is None:
        return rollout.outcome
    if reading == "vigorl":
        return float(vigorl.is_choice(vigorl.answer_text(rollout.text), known or ""))
    return float(vigorl_zoom.is_text(vigorl_zoom.answer_text(rollout.text), known or ""))
