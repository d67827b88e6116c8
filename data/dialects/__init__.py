"""Dialects: forms in which a trace is written for a model. A new one is a file here with a class that it registers."""

from __future__ import annotations

from data.dialects.dialect import Dialect, Loss, Parsed, Turn
from data.dialects.registry import DIALECTS, get_dialect, register
from data.discovery import discover

__all__ = ["DIALECTS", "Dialect", "Loss", "Parsed", "Turn", "get_dialect", "register"]

discover(__name__, __path__)
