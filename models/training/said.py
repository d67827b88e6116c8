"""Said: whether the text of an answer is the known one, by the ways of reading it that rewards may be told."""

from __future__ import annotations

from typing import Literal

from data.benchmarks.compat.vigorl.rewards import choice_worth
from data.benchmarks.compat.vigorl.turns import text_worth
from models.training.paid import paid
from models.training.rollout import Rollout

TextReading = Literal["strict", "vigorl", "vigorl_zoom"]
"""``strict`` is the scorer's word; ``vigorl`` takes the text, in lower case and after a letter with a dot or bracket; ``vigorl_zoom`` the
text alone."""


def is_said(rollout: Rollout, known: str | None, reading: TextReading) -> float | None:
    """1 or 0; None where no answer is known."""
    if reading == "strict" or rollout.outcome is None:
        return rollout.outcome
    return paid(choice_worth if reading == "vigorl" else text_worth, rollout.text, known or "")
