"""Rollout: one completion of the policy. A *group* is the rollouts of one drawn sample; a *draw* says why it was drawn.

Dimensions: ``_P`` groups of a step, ``_G`` rollouts of a group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from data.dialects import Parsed
from data.identity import Kind, entity_id
from data.sample import Sample
from data.scoring import Score

Parts = Mapping[str, float | None]
"""Reward part to value. A part that could not be computed is None; one that does not apply to the task is absent."""


class StopReason(StrEnum):
    """Why a completion ended."""

    END = "end"
    """The model ended its turn."""
    LENGTH = "length"
    """The limit of new tokens."""


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


@dataclass(frozen=True, slots=True)
class Draw:
    """A sample drawn for a group."""

    sample_id: str
    weight: float = 1.0
    """How likely it was in proportion to a uniform draw."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What generation gave back."""

    text: str
    stop_reason: StopReason
    prompt_tokens: int
    completion_tokens: int
    image_tokens: int
    seed: int
    """Seed of the generation that it came from, one per step and process."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """A completion that was read and scored."""

    rollout_id: str
    index: int
    completion: Completion
    parsed: Parsed
    score: Score

    @property
    def text(self) -> str:
        return self.completion.text

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
    sample: Sample
    draw: Draw
    prompt: str
    """Text of the user's turn."""
    rollouts: tuple[Rollout, ...]

    @property
    def outcomes_G(self) -> list[float | None]:
        return [rollout.outcome for rollout in self.rollouts]


def group_id(run_id: str, step: int, ordinal: int) -> str:
    """The id of the group at this place of a step."""
    return entity_id(Kind.GROUP, run_id, step, ordinal)


def rollout_id(run_id: str, step: int, group: str, index: int) -> str:
    """The id of the rollout at this place of a group."""
    return entity_id(Kind.ROLLOUT, run_id, step, group, index)
