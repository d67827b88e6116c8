"""Behaviour: a judge's word on what the sentences of a chain do: which set a subgoal, which verify, which turn back.

It is shown the question and the numbered sentences with their places, and no image, as in ViGoRL's counts (arXiv 2505.23678, appendix A6).
It names sentences and does not count them: how sentences make a figure is the same as by phrases (``data.scoring.behaviour.marks``). A
chain without a sentence needs no judge.

Reading is anchored as a rubric's is: the whole reply, or the one ``<marks>`` block at its end, is the three lines in their order; a number
that no sentence has makes it unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from data.dialects.thoughts import one_line, write_step
from data.prompts import Prompt, prompt
from data.sample import Sample
from data.scoring.behaviour import MARKED, Marks, Measure, Sentence, count_marks, marked_rows, sentences_of
from data.trace import Trace
from models.teacher.judge.asking import Ask, Heard, Inquiry, hear
from models.teacher.judge.config import AskedConfig
from models.teacher.judge.rubric import place_tag

PURPOSE = "judge_behaviour"
NAME = "judge/behaviour"
"""Of its prompt."""
BLOCK = re.compile(r"(?P<before>.*)<marks>(?P<lines>[^<>]*)</marks>", re.DOTALL)
NONE = "none"
NUMBERS = rf"({NONE}|[0-9]{{1,6}}(?: *, *[0-9]{{1,6}})*)"
"""No sentence has a longer number, and Python refuses to read one of thousands of digits."""
LINES = re.compile(r" *\n *".join(f"{measure}: *{NUMBERS}" for measure in MARKED), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BehaviourQuestion:
    """A chain whose sentences are to be marked."""

    subject_id: str
    """The id of the trace or prediction."""
    sample: Sample
    trace: Trace


@dataclass(frozen=True, slots=True)
class BehaviourWord:
    """What the marks of a chain come to, the mean over samples; None where they could not be had."""

    counts: Mapping[Measure, float] | None
    error: str | None = None
    """Why there are none; beside counts, why some of the samples are lacking."""
    request_ids: tuple[str, ...] = ()
    """Every call, those whose reply could not be read included."""
    is_unfinished: bool = False
    """Whether the budget left a call unsent."""

    def rows(self, question: BehaviourQuestion) -> Iterator[dict[str, Any]]:
        """Rows of ``judgements``, one for each measure that marks decide."""
        return marked_rows(question.subject_id, self.counts, self.request_ids, self.error)


class BehaviourJudge:
    """Asks a language model for marks."""

    def __init__(self, config: AskedConfig, ask: Ask) -> None:
        self._config = config
        self._ask = ask

    async def ask(self, question: BehaviourQuestion) -> BehaviourWord:
        """The counts of a chain. Raises ``TeacherError`` where the endpoint is lost, and not the question alone."""
        sentences = sentences_of(question.trace)
        if not sentences:
            return BehaviourWord(dict.fromkeys(MARKED, 0.0))
        heard = await hear(self._config, self._ask, _inquiry(question, sentences))
        return BehaviourWord(_means(sentences, heard), heard.lack("marks"), heard.request_ids, heard.is_unfinished)


def behaviour_prompt() -> Prompt:
    """What is asked, with its hash."""
    return prompt(NAME)


def read_marks(reply: str, last: int) -> Marks | None:
    """The marks that a reply gives to sentences 1 to ``last``; None where it gives none, or names another sentence."""
    reply = reply.strip()
    block = BLOCK.fullmatch(reply)
    if block is not None and "marks>" in block["before"]:
        return None
    lines = LINES.fullmatch(block["lines"].strip() if block else reply)
    if lines is None:
        return None
    marks = {habit: _numbers(said) for habit, said in zip(MARKED.values(), lines.groups(), strict=True)}
    return marks if all(1 <= number <= last for numbers in marks.values() for number in numbers) else None


def _inquiry(question: BehaviourQuestion, sentences: Sequence[Sentence]) -> Inquiry[Marks]:
    last = len(sentences)
    text = behaviour_prompt().render(question=one_line(question.sample.question), sentences=list(map(_line, sentences)))
    wanted = f"not the three lines of marks of sentences 1 to {last}"
    return Inquiry(text, PURPOSE, question.sample.sample_id, (), partial(read_marks, last=last), wanted)


def _line(sentence: Sentence) -> str:
    return " ".join(write_step(sentence.said, place_tag).split())


def _means(sentences: Sequence[Sentence], heard: Heard[Marks]) -> dict[Measure, float] | None:
    counts = [count_marks(sentences, marks) for marks in heard.values]
    return {measure: sum(count[measure] for count in counts) / len(counts) for measure in MARKED} if counts else None


def _numbers(said: str) -> frozenset[int]:
    return frozenset() if said.lower() == NONE else frozenset(map(int, said.split(",")))
