"""Author: has the policy answer what is shown, each process its share, so that every process holds all episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accelerate.utils import gather_object
from PIL import Image

from data.dialects import get_dialect
from data.identity import digest
from data.space import Frame
from models.student.encoding import Encoder, Prompt
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
        own = share([(number, index) for number in range(len(shown)) for index in range(self._rollouts)], *self._place)
        asks = self._asks(step, shown, first, own)
        played: list[Episode | None] = [None] * len(own)
        for dialect in dict.fromkeys(one.dialect for one in shown):
            places = [place for place, (number, _) in enumerate(own) if shown[number].dialect == dialect]
            player = Player(self.encoder, get_dialect(dialect), self._pool.student.turns, self._pool.crops)
            for place, episode in zip(places, player.play([asks[place] for place in places], self._writer, self._sampling), strict=True):
                played[place] = episode
        every: list[Any] = gather_object(played)
        return [every[start : start + self._rollouts] for start in range(0, len(every), self._rollouts)]

    def _asks(self, step: int, shown: Sequence[Shown], first: int, own: Sequence[tuple[int, int]]) -> list[Ask]:
        """One for each number of a group and index in it. Those of a group share its prompt; groups of others alone are not encoded."""
        begun = {number: self._begun(shown[number]) for number in dict.fromkeys(number for number, _ in own)}
        return [Ask(*begun[number], episode_seed(self._seed, step, first + number, index)) for number, index in own]

    def _begun(self, shown: Shown) -> tuple[Prompt, list[Image.Image], tuple[Frame, ...]]:
        images = self._pool.images(shown.sample)
        return self.encoder.encode(shown.messages, images), images, self._pool.frames(shown.sample)


def share(things: Sequence[Any], process: int, processes: int) -> list[Any]:
    """The part of things that a process does: the first take one more where they do not divide."""
    size, more = divmod(len(things), processes)
    start = process * size + min(process, more)
    return list(things[start : start + size + (process < more)])


def episode_seed(seed: int, step: int, ordinal: int, index: int) -> int:
    """The seed of one rollout: the same on any number of processes."""
    return int(digest("episode", seed, step, ordinal, index)[:SEED_DIGITS], 16)
