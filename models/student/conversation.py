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
from data.dialects.calls import Fault, reason
from data.identity import digest
from data.observing import HEAD, TurnsConfig, observation
from data.trace import PlacedPoint
from models.student.crops import Crops
from models.student.encoding import Encoder
from models.student.stopping import StopReason
from models.student.turns import Ask, Episode, Said
from models.student.writing import Request, Sampling, Written

SEED_DIGITS = 8
"""Hexadecimal digits of a seed."""


class Conversation:
    """One ask, turn by turn; it is over once ``stop_reason`` is known."""

    def __init__(self, ask: Ask, encoder: Encoder, dialect: Dialect, turns: TurnsConfig, crops: Crops) -> None:
        self._ask, self._encoder, self._dialect, self._turns, self._crops = ask, encoder, dialect, turns, crops
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
        self._calls = 0
        self._is_last = False
        """Whether the student was told that the next turn is its last."""
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
        zoom, error = self._dialect.parse_call(text, self._ask.frames)
        is_call = (zoom is not None or error is not None) and not self._dialect.is_final(text)
        if is_call and self._is_last:
            error = reason(Fault.SPENT, f"there were {self._turns.most_looks}")
        self._said.append(Said("assistant", text, zoom.point if is_call and zoom else None, call_error=error if is_call else None))
        self.stop_reason = self._end(text, is_call=is_call, has_ended=written.has_ended)
        if self.stop_reason is None:
            self._observe(zoom.point if zoom else None, error)

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

    def _end(self, text: str, *, is_call: bool, has_ended: bool) -> StopReason | None:
        if not has_ended:
            return StopReason.LENGTH
        if not self._dialect.has_turns:
            return StopReason.END
        if self._dialect.is_final(text):
            return StopReason.FORCED if self._is_last else StopReason.ANSWERED
        if not is_call:
            return StopReason.SILENT
        return StopReason.LOOKS if self._is_last else None

    def _observe(self, point: PlacedPoint | None, error: str | None) -> None:
        """Answer a call, unless the answer leaves no room to go on."""
        if error is None and self._calls >= self._turns.most_looks:
            error = reason(Fault.SPENT, f"there are {self._turns.most_looks}")
        self._calls += 1
        is_last = self._calls >= self._turns.most_looks
        text = observation(error, is_last=is_last)
        looks = [(self._ask.images[point.image_index], point)] if point and error is None else []
        crops = [self._crops.take(*look) for look in looks]
        prompt = self._encoder.extend(self._prompt, self._own, [observed(text, has_crop=bool(crops))], crops)
        head = HEAD if is_last and self._turns.opens_answer else ""
        prompt = replace(prompt, ids=prompt.ids + self._tokens(head))
        if self._turns.episode_tokens is not None and self._length(prompt.ids) >= self._turns.episode_tokens:
            self.stop_reason = StopReason.EPISODE
            return
        told = len(prompt.ids) - len(self._ids)
        self._is_own += [False] * told
        self._logprobs = None if self._logprobs is None else self._logprobs + [0.0] * told
        self._prompt, self._own, self._head, self._is_last = prompt, (), head, is_last
        self._looks += [look for _, look in looks]
        self._said.append(Said("user", text, point, self._crops.window(*looks[0]) if looks else None, error))

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
