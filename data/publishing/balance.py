"""Balance: how many conversations of a kind are taken.

Which of a kind stay is decided by a hash of their ids, so that the same conversations are left out whatever order they come in, and a
larger quota keeps what a smaller one kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.identity import digest
from data.publishing.config import Column, Quota


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the balance looks at, for example ``Weighed("trc_0c5f...", {Column.METHOD: "tree_direct"})``."""

    key: str
    values: Mapping[Column, str]


def left_out(weighed: Iterable[Weighed], quotas: Mapping[Column, Quota]) -> dict[str, str]:
    """The keys of what is too much, each with the sides of the balance that it stands on."""
    left = sorted(weighed, key=lambda one: digest("balance", one.key))
    dropped: dict[str, str] = {}
    for column in Column:
        if column in quotas:
            dropped |= _too_many(left, column, quotas[column])
            left = [one for one in left if one.key not in dropped]
    return dropped


def room(counts: Mapping[str, int], quota: Quota) -> dict[str, int]:
    """How many of each value are taken of those that are there."""
    limits = {value: quota.caps.get(value, quota.cap) for value in counts}
    most = {value: count if (limit := limits[value]) is None else min(count, limit) for value, count in counts.items()}
    sharing = {value: share for value, share in quota.shares.items() if most.get(value)}
    whole = min((most[value] / share for value, share in sharing.items()), default=0.0)
    return most | {value: max(1, int(share * whole + 1e-9)) for value, share in sharing.items()}


def _too_many(left: Iterable[Weighed], column: Column, quota: Quota) -> dict[str, str]:
    """``left`` is in the order in which it is taken."""
    groups: dict[str, list[Weighed]] = defaultdict(list)
    for one in left:
        groups[one.values[column]].append(one)
    counts = {value: len(group) for value, group in sorted(groups.items())}
    taken = room(counts, quota)
    sides = ", ".join(f"{value} {taken[value]} of {count}" for value, count in counts.items())
    return {one.key: f"{column} {value}: {sides}" for value, group in groups.items() for one in group[taken[value] :]}
