"""Conversation: one ask while it is held: what stands so far, what is asked for next, and when it ends.

Which tokens are the student's own is known by where they come from: what a writer wrote is its own, and what stands between (the template,
observations, crops, an opened answer) is not. Nothing is ever searched for in the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data.conversation import observed
from data.dialects import Dialect
from data.identity import digest
from data.observing import HEAD, TurnsConfig
from data.trace import PlacedPoint
from models.student.course import Course, Heard
from models.student.crops import Crops
from models.student.encoding import Encoder
from models.student.said import Said
from models.student.stopping import StopReason
from models.student.turns import Ask, Episode
from models.student.writing import Request, Sampling, Written

SEED_DIGITS = 8
"""Hexadecimal digits of a seed."""


class Conversation:
    """One ask, turn by turn; it is over once ``stop_reason`` is known."""

    def __init__(self, ask: Ask, encoder: Encoder, dialect: Dialect, turns: TurnsConfig, crops: Crops) -> None:
        self._ask, self._encoder, self._dialect, self._turns, self._crops = ask, encoder, dialect, turns, crops
        self._course = Course(dialect, turns, ask.frames)
        self._prompt = ask.prompt
        """That of the present turn."""
        self._own: tuple[int, ...] = ()
        """What the student wrote in it."""
        self._head = ""
        """What it was begun with."""
        self._said: list[Said] = []
        self._is_own: list[bool] = []
        self._logprobs: list[float] | None = []
        self._looks: list[PlacedPoint] = []
        self.stop_reason: StopReason | None = None

    def request(self, sampling: Sampling) -> Request:
        """The turn that the writer is asked for next."""
        number = sum(turn.role == "assistant" for turn in self._said)
        return Request(self._prompt, turn_seed(self._ask.seed, number), self.room(sampling))

    def hear(self, written: Written) -> None:
        """Take in a turn of the student, and answer it where it asks for something."""
        self._own = written.ids
        self._mark(written)
        text = self._head + self._decoded(written)
        heard = self._course.hear(text, has_ended=written.has_ended)
        self._said.append(Said("assistant", text, heard.asked, call_error=heard.error))
        self.stop_reason = heard.stop_reason
        if self.stop_reason is None:
            self._observe(heard)

    def episode(self) -> Episode:
        """What came of the ask. Raises ``ValueError`` while it is still held."""
        if self.stop_reason is None:
            raise ValueError(f"the conversation has no end yet, after {len(self._said)} turns")
        return Episode(
            turns=tuple(self._said),
            stop_reason=self.stop_reason,
            ids=self._ids[len(self._ask.prompt.ids) :],
            is_own=tuple(self._is_own),
            prompt_tokens=len(self._ask.prompt.ids),
            image_tokens=self._encoder.image_tokens(self._ids),
            seed=self._ask.seed,
            looks=tuple(self._looks),
            logprobs=None if self._logprobs is None else tuple(self._logprobs),
        )

    def _observe(self, heard: Heard) -> None:
        """Answer a call, unless the answer leaves no room to go on."""
        answer = self._course.answer(heard)
        looks = [(self._ask.images[answer.shown.image_index], answer.shown)] if answer.shown else []
        crops = [self._crops.take(*look) for look in looks]
        prompt = self._encoder.extend(self._prompt, self._own, [observed(answer.text, has_crop=bool(crops))], crops)
        head = HEAD if answer.is_last and self._turns.opens_answer else ""
        prompt = replace(prompt, ids=prompt.ids + self._tokens(head))
        if self._turns.episode_tokens is not None and self._length(prompt.ids) >= self._turns.episode_tokens:
            self.stop_reason = StopReason.EPISODE
            return
        told = len(prompt.ids) - len(self._ids)
        self._is_own += [False] * told
        self._logprobs = None if self._logprobs is None else self._logprobs + [0.0] * told
        self._prompt, self._own, self._head = prompt, (), head
        self._looks += [look for _, look in looks]
        self._said.append(Said("user", answer.text, heard.asked, self._crops.window(*looks[0]) if looks else None, answer.error))

    @property
    def _ids(self) -> tuple[int, ...]:
        return self._prompt.ids + self._own

    def _length(self, ids: Sequence[int]) -> int:
        """How many tokens there are after the question."""
        return len(ids) - len(self._ask.prompt.ids)

    def _mark(self, written: Written) -> None:
        self._is_own += [True] * len(written.ids)
        known = self._logprobs is not None and written.logprobs is not None
        self._logprobs = [*(self._logprobs or ()), *(written.logprobs or ())] if known else None

    def room(self, sampling: Sampling) -> int:
        """How many tokens the next turn may have."""
        if not self._dialect.has_turns:
            return sampling.max_new_tokens
        turn = self._turns.turn_tokens or sampling.max_new_tokens
        whole = self._turns.episode_tokens
        return turn if whole is None else min(turn, whole - self._length(self._ids))

    def _decoded(self, written: Written) -> str:
        tokenizer: Any = self._encoder.processor.tokenizer
        text: str = tokenizer.decode(list(written.ids), skip_special_tokens=True)
        return text

    def _tokens(self, text: str) -> tuple[int, ...]:
        tokenizer: Any = self._encoder.processor.tokenizer
        return tuple(tokenizer(text, add_special_tokens=False)["input_ids"]) if text else ()


def turn_seed(seed: int, number: int) -> int:
    """The seed of a turn: the episode's own for the first, and one that follows from it for each further one."""
    return seed if number == 0 else int(digest("turn", seed, number)[:SEED_DIGITS], 16)
