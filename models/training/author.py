"""Author: has the policy answer what is shown, each process its share, so that every process holds all episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accelerate.utils import gather_object

from data.dialects import get_dialect
from data.identity import digest
from models.student.encoding import Encoder
from models.student.player import Player
from models.student.turns import Ask, Episode
from models.student.writing import Sampling, Writer
from models.training.pool import Pool
from models.training.rollout import Shown

SEED_DIGITS = 8
"""Hexadecimal digits of a seed: what torch, numpy and random all take."""


class Author:
    """Writes the rollouts of groups; its ``writer`` is the policy as it stands."""

    def __init__(
        self, encoder: Encoder, pool: Pool, writer: Writer, sampling: Sampling, rollouts: int, seed: int, place: tuple[int, int]
    ) -> None:
        """``place`` is the number of this process and how many there are."""
        self.encoder, self._pool, self._writer, self._sampling = encoder, pool, writer, sampling
        self._rollouts, self._seed, self._place = rollouts, seed, place

    def write(self, step: int, shown: Sequence[Shown], first: int = 0) -> list[list[Episode]]:
        """The episodes of each group; ``first`` is the ordinal of the first group in its step."""
        asks = [(one.dialect, ask) for number, one in enumerate(shown) for ask in self._asks(step, first + number, one)]
        own = share(asks, *self._place)
        played: list[Episode | None] = [None] * len(own)
        for dialect in dict.fromkeys(name for name, _ in asks):
            places = [place for place, (name, _) in enumerate(own) if name == dialect]
            player = Player(self.encoder, get_dialect(dialect), self._pool.student.turns, self._pool.crops)
            for place, episode in zip(places, player.play([own[place][1] for place in places], self._writer, self._sampling), strict=True):
                played[place] = episode
        every: list[Any] = gather_object(played)
        return [every[start : start + self._rollouts] for start in range(0, len(every), self._rollouts)]

    def _asks(self, step: int, ordinal: int, shown: Shown) -> list[Ask]:
        images, frames = self._pool.images(shown.sample), self._pool.frames(shown.sample)
        prompt = self.encoder.encode(shown.messages, images)
        return [Ask(prompt, images, frames, episode_seed(self._seed, step, ordinal, index)) for index in range(self._rollouts)]


def share(things: Sequence[Any], process: int, processes: int) -> list[Any]:
    """The part of things that a process does: the first take one more where they do not divide."""
    size, more = divmod(len(things), processes)
    start = process * size + min(process, more)
    return list(things[start : start + size + (process < more)])


def episode_seed(seed: int, step: int, ordinal: int, index: int) -> int:
    """The seed of one rollout: the same on any number of processes."""
    return int(digest("episode", seed, step, ordinal, index)[:SEED_DIGITS], 16)
