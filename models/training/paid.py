"""Paid: what published code gives a text, where it is a reward."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from data.benchmarks.protocols.scorer import RAISED

Given = ParamSpec("Given")


def paid(score: Callable[Given, float], *args: Given.args, **kwargs: Given.kwargs) -> float:
    """What the function gives; 0 where that code raises, which would have ended its training."""
    try:
        return score(*args, **kwargs)
    except RAISED:
        return 0.0
