"""Samplers: which samples a step draws; each is a file here that registers itself, and the registry finds them by name."""

from data.discovery import discover
from models.training.samplers.base import SAMPLERS, Candidates, Past, Sampler, check_keys, check_state, make_sampler, register

__all__ = ["SAMPLERS", "Candidates", "Past", "Sampler", "check_keys", "check_state", "make_sampler", "register"]

discover(__name__, __path__)
