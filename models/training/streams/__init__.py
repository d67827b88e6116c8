"""Streams: under which prompts what is drawn is shown; each way is a file here that registers itself, and is found by its name."""

from data.discovery import discover
from models.training.streams.base import STREAMS, Bundle, Ground, Streams, find_streams, make_streams, register

__all__ = ["STREAMS", "Bundle", "Ground", "Streams", "find_streams", "make_streams", "register"]

discover(__name__, __path__)
