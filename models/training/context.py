"""Context: what a reward may know beside its group. What is asked of a judge was asked before, for all groups of a step at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data.space import Frame
from data.trace import Trace
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import Judgement, JudgeQuestion

NOT_ASKED = Judgement(None, "nobody was asked")
Words = Mapping[tuple[str, JudgeKind], Judgement]
"""What the judge said by subject and kind."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The best grounded rollout of a sample so far."""

    rollout_id: str
    step: int
    """In which it was generated."""
    box_reward: float
    trace: Trace
    """What it said."""


@dataclass(frozen=True, slots=True)
class RewardContext:
    """What a reward may know beside the group."""

    seed: int
    """Seed of the training."""
    frames: Sequence[Frame] = ()
    """One per image of the sample: its stored size, and the space that the policy writes."""
    reference: Reference | None = None
    """None where the sample has none yet."""
    words: Words = field(default_factory=dict)

    def word(self, question: JudgeQuestion) -> Judgement:
        """The judge's word on a question that was asked; without a value where none was."""
        return self.words.get((question.subject_id, question.kind), NOT_ASKED)
