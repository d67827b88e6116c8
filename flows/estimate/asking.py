"""Asking: how often a teacher is asked about one sample, and how many traces come of it, at most."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.teacher.config import GenerateConfig

IMPORTED_TRACES = 1
"""Assumed of a sample that brings its chains."""


def calls_per_sample(config: GenerateConfig) -> int:
    """The calls of all methods, none of which is answered in vain; attempts of one call are one."""
    return sum(CALLS[name](config) for name in config.methods)


def traces_per_sample(config: GenerateConfig) -> int:
    """The rows of ``traces``."""
    return sum(TRACES[name](config) for name in config.methods)


def _rationalize(config: GenerateConfig) -> int:
    picks = config.rationalize.pick_attempts if config.rationalize.pick and config.candidates > 1 else 0
    return config.candidates + picks


def _tree(config: GenerateConfig) -> int:
    """Every simulation asks for the children of a leaf, and goes on from each of them."""
    tree = config.tree
    return tree.simulation_count * tree.children * (1 + tree.rollouts * tree.rollout_steps)


def _chains(config: GenerateConfig) -> int:
    """A direct chain of each right rollout of a node, and a corrected one of each pair of a wrong and a right one."""
    rollouts = config.tree.rollouts
    of_node = max(right * (1 + rollouts - right) for right in range(rollouts + 1))
    most = config.tree.simulation_count * config.tree.children * of_node
    return min(most, config.linearize.chains_per_tree or most)


def _textualize(config: GenerateConfig) -> int:
    return config.textualize.attempts


CALLS: Mapping[str, Callable[[GenerateConfig], int]] = {
    "direct": lambda config: config.candidates,
    "rationalize": _rationalize,
    "tree": _tree,
    "textualize": _textualize,
    "imported": lambda _: 0,
}
"""By method."""
TRACES: Mapping[str, Callable[[GenerateConfig], int]] = {
    "direct": lambda config: config.candidates,
    "rationalize": lambda config: config.candidates,
    "tree": _chains,
    "textualize": lambda config: config.textualize.attempts + config.textualize.fallback,
    "imported": lambda _: IMPORTED_TRACES,
}
"""By method."""
