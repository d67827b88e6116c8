"""Samplers: which samples a step draws; each is a file here that registers itself, and the registry finds them by name."""

from data.discovery import discover
from models.training.samplers.base import SAMPLERS, Sampler, check_keys, make_sampler, register

__all__ = ["SAMPLERS", "Sampler", "check_keys", "make_sampler", "register"]

discover(__name__, __path__)
