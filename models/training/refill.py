"""Refill: a step's groups without a signal are replaced by others, round by round (DAPO, arXiv 2503.14476, section 3.2).

A group is *flat* where the known outcomes of its rollouts are all equal, as where all are solved or none. A bundle of groups is replaced
as one, and only where all of its groups are flat. The published code draws whole batches until enough groups are left and throws the rest
away; here every bundle has a *place* in the step, and what is drawn again takes that place. Every round's groups are rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from models.training.judge import JudgedGroup
from models.training.rollout import Decision
from models.training.streams import Bundle, Streams

Play = Callable[[Sequence[Bundle], int], list[JudgedGroup]]
"""Has bundles written and judged, group by group; the number is the ordinal of the first group in its step."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A group of a step and what became of it."""

    judged: JudgedGroup
    round: int
    """0 is the first."""
    decision: Decision


@dataclass(frozen=True, slots=True)
class Played:
    """A bundle that was written and judged."""

    bundle: Bundle
    judged: tuple[JudgedGroup, ...]
    round: int

    @property
    def is_flat(self) -> bool:
        """Whether none of its groups has a signal."""
        return all(is_flat(one) for one in self.judged)


@dataclass(frozen=True, slots=True)
class Filling:
    """What the rounds of a step made."""

    kept: tuple[Played, ...]
    """In order of their places."""
    refilled: tuple[Played, ...]
    tries: int
    """How many rounds there might have been beside the first."""

    @property
    def judged(self) -> list[JudgedGroup]:
        """The groups that go to the loss, in order."""
        return [one for played in self.kept for one in played.judged]

    def entries(self, kept: Sequence[JudgedGroup]) -> list[Entry]:
        """Every group by ordinal; ``kept`` are those of ``judged``, as they were judged together."""
        decisions = [self._decision(played) for played in self.kept for _ in played.judged]
        rounds = [played.round for played in self.kept for _ in played.judged]
        found = [Entry(*one) for one in zip(kept, rounds, decisions, strict=True)]
        found += [Entry(_without_effect(one), played.round, Decision.REFILLED) for played in self.refilled for one in played.judged]
        return sorted(found, key=lambda entry: entry.judged.group.ordinal)

    def figures(self) -> dict[str, float]:
        """Rollouts that the step cost, rounds after the first, and the share of bundles that were replaced."""
        if not self.tries:
            return {}
        every = (*self.kept, *self.refilled)
        return {
            "refill/rollouts": float(sum(len(one.group.rollouts) for played in every for one in played.judged)),
            "refill/rounds": float(max(played.round for played in every)),
            "refill/share": len(self.refilled) / len(every),
        }

    def _decision(self, played: Played) -> Decision:
        return Decision.KEPT_FLAT if self.tries and played.is_flat else Decision.TAKEN


def fill(streams: Streams, step: int, tries: int, play: Play) -> Filling:
    """Draw a step, and draw anew in the place of what is flat, until nothing is or no try is left."""
    kept = _played(streams.draw(step), 0, 0, play)
    refilled: list[Played] = []
    for number in range(1, tries + 1):
        flat = [place for place, played in enumerate(kept) if played.is_flat]
        if not flat:
            break
        every = [*kept, *refilled]
        drawn = frozenset(shown.sample.sample_id for played in every for shown in played.bundle)
        bundles = streams.replace([kept[place].bundle for place in flat], step, drawn)
        refilled += [kept[place] for place in flat]
        for place, played in zip(flat, _played(bundles, number, sum(len(one.judged) for one in every), play), strict=True):
            kept[place] = played
    return Filling(tuple(kept), tuple(refilled), tries)


def is_flat(judged: JudgedGroup) -> bool:
    """Whether the known outcomes are all equal; where none is known, nothing says so."""
    return len({outcome for outcome in judged.group.outcomes_G if outcome is not None}) == 1


def _played(bundles: Sequence[Bundle], number: int, first: int, play: Play) -> list[Played]:
    judged = iter(play(bundles, first))
    return [Played(bundle, tuple(next(judged) for _ in bundle), number) for bundle in bundles]


def _without_effect(judged: JudgedGroup) -> JudgedGroup:
    return replace(judged, effective_G=(False,) * len(judged.effective_G))
