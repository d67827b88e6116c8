"""Balance: which of a tree's good chains are taken, where there are more of a kind than wanted.

Chains are taken in the order of a hash of their text, so that no depth of the tree is preferred and every run takes the same.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from data.identity import digest
from models.teacher.linearize.chain import Chain
from models.teacher.linearize.config import LinearizeConfig
from models.teacher.linearize.sieve import LeftOut

SLACK = 1e-9
"""So that 0.3 / 0.7 of 7 chains are 3."""


def surplus(chains: Sequence[Chain], texts: Sequence[str], config: LinearizeConfig) -> Mapping[int, str]:
    """Why which of the chains are not taken, by their index."""
    ranked = sorted(range(len(chains)), key=lambda index: digest("rank", texts[index]))
    full = _beyond_node(ranked, chains, config.chains_per_node)
    left = [index for index in ranked if index not in full]
    corrected = [index for index in left if chains[index].wrong is not None]
    direct = [index for index in left if chains[index].wrong is None]
    most_corrected = _most_corrected(len(direct), len(corrected), config)
    share = LeftOut.SHARE.because(f"{most_corrected} corrected beside {len(direct)} direct, at most {config.corrected_share:g} of all")
    beyond = dict.fromkeys(corrected[most_corrected:], share)
    if config.chains_per_tree is not None:
        most_direct = max(0, config.chains_per_tree - most_corrected)
        beyond |= dict.fromkeys(direct[most_direct:], LeftOut.TREE_FULL.because(f"it has {config.chains_per_tree}"))
    return full | beyond


def _beyond_node(ranked: Sequence[int], chains: Sequence[Chain], most: int | None) -> dict[int, str]:
    taken: Counter[str] = Counter()
    beyond: dict[int, str] = {}
    for index in ranked if most is not None else ():
        node_id = chains[index].node_id
        if taken[node_id] == most:
            beyond[index] = LeftOut.NODE_FULL.because(f"{node_id} has {most}")
        else:
            taken[node_id] += 1
    return beyond


def _most_corrected(direct: int, corrected: int, config: LinearizeConfig) -> int:
    """How many corrected chains there may be, so that they are no larger a share of what is taken."""
    share = config.corrected_share
    most = corrected if share == 1 else min(corrected, math.floor(share / (1 - share) * direct + SLACK))
    return most if config.chains_per_tree is None else min(most, math.floor(share * config.chains_per_tree + SLACK))
