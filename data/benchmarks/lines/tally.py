"""Tally: what the scores of many lines come to, for a person to read beside them."""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from data.benchmarks.protocols.scorer import Ruling

HEAD = re.compile(r"(?:turn \d+: )?[^:,\d]*")
"""A reason without what is particular to one line."""
LARGEST = sys.float_info.max
LEAST = -LARGEST
NUMBERS = (int, float)
MOST_REASONS = 8
"""Reasons that are told one by one."""


@dataclass(slots=True)
class Tally:
    """Counts and sums; those of chunks add up in the order of the file, so that they do not depend on who judged which."""

    lines: int = 0
    """Judged ones."""
    refused: int = 0
    sums: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Of each score that is a finite number."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many numbers are in each sum."""
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, ruling: Ruling) -> None:
        """Count one line."""
        self.lines += 1
        sums, counts = self.sums, self.counts
        for name, value in ruling.scores.items():
            if isinstance(value, NUMBERS) and LEAST <= value <= LARGEST:
                sums[name] += value
                counts[name] += 1
        if ruling.reason is not None:
            self.reasons[head(ruling.reason)] += 1

    def merge(self, other: Tally) -> None:
        """Add those of further lines."""
        self.lines += other.lines
        self.refused += other.refused
        for name, value in other.sums.items():
            self.sums[name] += value
        self.counts.update(other.counts)
        self.reasons.update(other.reasons)

    def sentences(self, protocol: str) -> Iterator[str]:
        """How many lines, the means of their numbers, and their reasons by number."""
        refused = f", {self.refused} refused" if self.refused else ""
        yield f"{self.lines} lines scored by {protocol}{refused}"
        if self.sums:
            yield f"means: {', '.join(map(self._mean, self.sums))}"
        if self.reasons:
            told = [f"{reason} {count}" for reason, count in self.reasons.most_common(MOST_REASONS)]
            rest = self.reasons.total() - sum(count for _, count in self.reasons.most_common(MOST_REASONS))
            yield f"reasons: {', '.join([*told, *([f'others {rest}'] if rest else [])])}"

    def _mean(self, name: str) -> str:
        count = self.counts[name]
        few = f" (of {count})" if count < self.lines else ""
        return f"{name} {self.sums[name] / count:.4g}{few}"


def real(value: float) -> float | None:
    """The number as a float; None where it is not finite or too large for one."""
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def head(reason: str) -> str:
    """A reason without what is particular to one line, for example ``the answer should be one box``."""
    found = HEAD.match(reason)
    return (found.group().strip() if found else "") or reason[:40]
