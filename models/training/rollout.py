"""Rollout: one episode of the policy, read and scored. A *group* is the rollouts of one drawn sample; a *draw* says why it was drawn.

Dimensions: ``_P`` groups of a step, ``_G`` rollouts of a group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from data.dialects import Parsed
from data.identity import Kind, entity_id
from data.sample import Sample
from data.scoring import Score

if TYPE_CHECKING:
    from models.student.turns import Episode

Parts = Mapping[str, float | None]
"""Reward part to value. A part that could not be computed is None; one that does not apply to the task is absent."""


class Stream(StrEnum):
    """Under which kind of prompt a rollout was made."""

    SINGLE = "single"
    """The only prompt there is."""
    GROUNDED = "grounded"
    """The prompt that asks for places."""
    TEXTUAL = "textual"
    """The prompt that asks for words alone."""


class Decision(StrEnum):
    """What became of a drawn group."""

    TAKEN = "taken"
    """It was generated and went to the loss."""
    REFILLED = "refilled"
    """Its outcomes were all equal, and another was drawn in its place."""
    KEPT_FLAT = "kept_flat"
    """Its outcomes were all equal, and no try was left; it went to the loss, where its advantages are zero unless its parts differ."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A sample drawn for a group."""

    sample_id: str
    weight: float = 1.0
    """How likely it was in proportion to a uniform draw."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the policy is shown for one group."""

    draw: Draw
    sample: Sample
    stream: Stream
    dialect: str
    messages: Sequence[dict[str, Any]]
    """The turns before the policy's."""

    @property
    def text(self) -> str:
        """The text of all turns before the policy's."""
        return "\n".join(block["text"] for message in self.messages for block in message["content"] if block["type"] == "text")


@dataclass(frozen=True, slots=True)
class Rollout:
    """An episode that was read and scored."""

    rollout_id: str
    index: int
    episode: Episode
    parsed: Parsed
    score: Score

    @property
    def text(self) -> str:
        return self.episode.text

    @property
    def outcome(self) -> float | None:
        """In [0, 1]; None where the sample's answer is not known, so that nothing can be said."""
        return None if self.score.correct is None else self.score.outcome


@dataclass(frozen=True, slots=True)
class Group:
    """The rollouts of one drawn sample."""

    group_id: str
    ordinal: int
    step: int
    shown: Shown
    rollouts: tuple[Rollout, ...]

    @property
    def sample(self) -> Sample:
        return self.shown.sample

    @property
    def stream(self) -> Stream:
        return self.shown.stream

    @property
    def outcomes_G(self) -> list[float | None]:
        return [rollout.outcome for rollout in self.rollouts]


def group_id(run_id: str, step: int, ordinal: int) -> str:
    """The id of the group at this place of a step."""
    return entity_id(Kind.GROUP, run_id, step, ordinal)


def rollout_id(run_id: str, step: int, group: str, index: int) -> str:
    """The id of the rollout at this place of a group."""
    return entity_id(Kind.ROLLOUT, run_id, step, group, index)
