"""Protocols: ways of judging, each a file here that registers itself. How published code reads a text is in ``data.benchmarks.compat``."""

from __future__ import annotations

from data.benchmarks.protocols.registry import PROTOCOLS, UnknownProtocolError, get_protocol, register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Reasoned, Ruling, Scorer, Scores, Verdict, rule
from data.discovery import discover

__all__ = [
    "PROTOCOLS",
    "Line",
    "LineError",
    "Output",
    "Reasoned",
    "Ruling",
    "Scorer",
    "Scores",
    "UnknownProtocolError",
    "Verdict",
    "get_protocol",
    "register",
    "rule",
]

discover(__name__, __path__)
