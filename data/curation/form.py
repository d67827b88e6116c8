"""Rules on form: whether a trace could be read, how long it is, whether it is said twice."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from data.curation.rule import Candidate, Judge, Rule
from data.identity import digest


class Parsed(Rule):
    """The text keeps every rule of its dialect."""

    name: ClassVar[str] = "parsed"

    def judge(self) -> Judge:
        """Looks at the parse error."""
        return lambda candidate: candidate.trace is not None and candidate.parse_error is None


class Length(Rule):
    """Neither too short nor too long; bounds included."""

    name: ClassVar[str] = "length"
    minimum_steps: int = Field(default=1, ge=0)
    maximum_steps: int | None = None
    minimum_characters: int = Field(default=0, ge=0)
    maximum_characters: int | None = None
    """Characters of the text as it came."""

    def judge(self) -> Judge:
        """Counts steps and characters."""
        return self._is_within

    def _is_within(self, candidate: Candidate) -> bool:
        steps = len(candidate.trace.steps) if candidate.trace else 0
        has_steps = self.minimum_steps <= steps <= (self.maximum_steps if self.maximum_steps is not None else math.inf)
        most = self.maximum_characters if self.maximum_characters is not None else math.inf
        return has_steps and self.minimum_characters <= len(candidate.text) <= most


class Duplicate(Rule):
    """Nothing that an earlier trace of the sample said, up to case and white space."""

    name: ClassVar[str] = "duplicate"

    def judge(self) -> Judge:
        """Remembers what was said."""
        seen: set[str] = set()

        def is_new(candidate: Candidate) -> bool:
            key = digest(candidate.sample.sample_id, " ".join(candidate.text.split()).casefold())
            was_seen = key in seen
            seen.add(key)
            return not was_seen

        return is_new
