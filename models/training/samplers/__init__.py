"""Samplers: which samples a step draws, and the registry that finds them by name."""

from models.training.samplers import posterior, uniform  # noqa: F401
from models.training.samplers.base import SAMPLERS, Sampler, check_keys, make_sampler, register

__all__ = ["SAMPLERS", "Sampler", "check_keys", "make_sampler", "register"]
