"""Skills: what the teacher can do besides looking, each known by what the messages ask for."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from models.teacher.embedded.choosing import choose
from models.teacher.embedded.grading import grade
from models.teacher.embedded.marking import mark
from models.teacher.embedded.rewriting import rewrite


class Skill(Protocol):
    """A way to reply to messages."""

    def __call__(self, messages: Sequence[Mapping[str, Any]], temperature: float, rng: random.Random) -> str | None:
        """The reply; None where the messages ask for something else."""


SKILLS: tuple[Skill, ...] = (mark, rewrite, choose, grade)
"""In the order in which they are tried."""
