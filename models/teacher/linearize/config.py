"""Linearise settings: which chains of a tree become traces, and in which form."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from data.config import Section


class LinearizeConfig(Section):
    """The published converter has no filter and no balance: ``form = "published"``, ``corrected_share = 1``, and None for the rest."""

    form: Literal["once", "published"] = "once"
    """How a corrected chain goes on after it turned back: from the node it shares with the wrong one (``once``), or from the root, so that
    it says the shared steps again (build_reasoning_chains_from_mcts.py:55-98)."""
    right_from: float = Field(default=0.5, gt=0, le=1)
    """From this reward on a rollout is right; rewards are 0 or 1 unless the search is rewarded by the outcome."""
    least_steps: int = Field(default=1, ge=0)
    """Thoughts of a chain, a turn-back among them."""
    most_steps: int | None = Field(default=20, gt=0)
    most_characters: int | None = Field(default=4_000, gt=0)
    """Of the chain's text."""
    most_repeats: int | None = Field(default=0, ge=0)
    """Steps of a chain that may say an earlier one's words or point where an earlier one does; None lets all pass."""
    same_point_px: float = Field(default=10.0, ge=0)
    """Points nearer to each other than this, in pixels of the stored image, are one place."""
    corrected_share: float = Field(default=0.5, ge=0, le=1)
    """The largest share of corrected chains among those of a tree."""
    chains_per_node: int | None = Field(default=None, gt=0)
    chains_per_tree: int | None = Field(default=None, gt=0)
    zooms: bool = False
    """Whether the places that a chain names become calls for a closer look."""
    most_zooms: int = Field(default=5, ge=0)
    """Looks of a chain (build_reasoning_chains_from_mcts_multiturn.py:366)."""
