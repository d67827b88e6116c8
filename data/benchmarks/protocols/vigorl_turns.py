"""ViGoRL's protocols of several turns: a reply that looks closer before it answers, by the rewards that it was trained with.

A line has ``prediction``, the whole reply as one text, observations included, or ``turns``, each ``{"role", "content"}``, and ``joiner``,
what stands between turns: ``decoded`` as a tokenizer leaves them without special tokens, ``chatml`` with them, ``newline``, ``concat``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import dropwhile
from typing import Any, ClassVar

from data.benchmarks.compat.vigorl import turns as rewards
from data.benchmarks.protocols.fields import check_text
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Scores, Verdict
from data.benchmarks.protocols.vigorl_targets import SHOWN, check_known, known_answer, known_box
from data.sample import Sample
from data.space import Frame

SOURCE = "Gabesarch/grounded-rl e7970c0 src/trainer/rl/examples/reward_function/{}"
DECODED = "decoded"
BETWEEN = {DECODED: "\n{}\n", "chatml": "<|im_end|>\n<|im_start|>{}\n", "newline": "\n", "concat": ""}
"""What stands before a turn of a role, the first turn aside."""
AFTER = {"chatml": "<|im_end|>"}
"""What stands after the last turn."""

REPLY = {
    "prediction": "optional beside turns, the whole reply as one text, observations included",
    "turns": "optional beside prediction, role and content of every turn of the reply, the first of them the model's",
    "joiner": f"optional beside prediction, what is put between turns: {', '.join(BETWEEN)}",
}
Turns = Sequence[Mapping[str, Any]]


def joined(turns: Turns, joiner: str) -> str:
    """Turns as one text."""
    between = BETWEEN[joiner]
    first = turns[0]["content"] if turns else ""
    return first + "".join(between.format(turn["role"]) + turn["content"] for turn in turns[1:]) + AFTER.get(joiner, "")


def check_turns(line: Line) -> None:
    """Raise ``LineError`` unless the line has turns of texts and a joiner that is known."""
    turns = line["turns"]
    if not isinstance(turns, (list, tuple)):
        raise LineError(f"turns should be a list of objects with role and content, not {repr(turns)[:SHOWN]}")
    for number, turn in enumerate(turns):
        if not (isinstance(turn, Mapping) and isinstance(turn.get("role"), str) and isinstance(turn.get("content"), str)):
            raise LineError(f"turn {number} should be an object with role and content in text, not {repr(turn)[:SHOWN]}")
    joiner = line.get("joiner")
    if not (isinstance(joiner, str) and joiner in BETWEEN):
        raise LineError(f"joiner should be one of {', '.join(BETWEEN)} beside turns, not {repr(joiner)[:SHOWN]}")


class SeveralTurns(ABC):
    """What the two have in common; each says what its form and its worth are."""

    name: ClassVar[str]
    source: ClassVar[str]
    fields: ClassVar[Mapping[str, str]]
    key: ClassVar[str]
    """The field of the target that is read."""

    @property
    def blank(self) -> Scores:
        return dict.fromkeys(("overall", "format", "accuracy"), 0.0)

    def check(self, line: Line) -> None:
        if line.get("prediction") is None and line.get("turns") is not None:
            check_turns(line)
        else:
            check_text(line, "prediction")
        check_known(line, self.key)

    def score(self, line: Line) -> Scores:
        prediction = line.get("prediction")
        text = prediction if prediction is not None else joined(line["turns"], line["joiner"])
        form, worth = self.form(text), self.worth(text, line["target"][self.key])
        return {"overall": rewards.overall(worth, form), "format": form, "accuracy": worth}

    def verdict(self, scores: Scores) -> Verdict:
        return Verdict(correct=scores["accuracy"] == 1)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        turns = list(dropwhile(lambda turn: turn.get("role") != "assistant", said.turns))
        reply = {"turns": turns, "joiner": DECODED} if turns else {"prediction": said.text}
        return {"id": sample.sample_id, **reply, "target": {self.key: self.known(sample, frames)}}

    @abstractmethod
    def form(self, text: str) -> float:
        """The format reward, with its bonus for looks."""

    @abstractmethod
    def worth(self, text: str, known: str) -> float:
        """The accuracy reward."""

    @abstractmethod
    def known(self, sample: Sample, frames: Sequence[Frame]) -> str:
        """What is known of a sample. Raises ``LineError``."""


@register
class ViGoRLTurnsPoint(SeveralTurns):
    """A point in a box; calls, answer and ``target.box`` in pixels of the whole image."""

    name = "vigorl-multiturn-point"
    source = SOURCE.format("point_in_bbox_multicrop.py")
    fields = {**REPLY, "target.box": "the box as a Python literal, x1, y1, x2, y2 in whole pixels of the image that the model saw"}
    key = "box"

    def form(self, text: str) -> float:
        return rewards.point_form(text)

    def worth(self, text: str, known: str) -> float:
        return rewards.point_worth(text, known)

    def known(self, sample: Sample, frames: Sequence[Frame]) -> str:
        return known_box(sample, frames)


@register
class ViGoRLTurnsChoice(SeveralTurns):
    """A text, equal to ``target.answer`` but for case and the white space around it."""

    name = "vigorl-multiturn-choice"
    source = SOURCE.format("string_match_multiturn.py")
    fields = {**REPLY, "target.answer": "the right answer in words"}
    key = "answer"

    def form(self, text: str) -> float:
        return rewards.choice_form(text)

    def worth(self, text: str, known: str) -> float:
        return rewards.text_worth(text, known)

    def known(self, sample: Sample, _: Sequence[Frame]) -> str:
        return known_answer(sample)
