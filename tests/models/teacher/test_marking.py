from __future__ import annotations

import random

from models.teacher.embedded.marking import mark
from models.teacher.judge.behaviour import behaviour_prompt, read_marks

SAID = ("I need to find the cup.", "The cup is at <point>[3,4]</point>.", "Wait, that is wrong.", "I check it once more.")


def marked(*sentences: str, temperature: float = 0.0, seed: int = 0) -> str | None:
    text = behaviour_prompt().render(question="Where is it?", sentences=sentences)
    return mark([{"role": "user", "content": text}], temperature, random.Random(seed))


def test_sentences_are_marked_by_what_they_say() -> None:
    assert marked(*SAID) == "subgoals: 1\nverifications: 4\nbacktracks: 3"
    assert marked(SAID[1]) == "subgoals: none\nverifications: none\nbacktracks: none"


def test_what_asks_for_something_else_is_left() -> None:
    assert mark([{"role": "user", "content": "Sentences:\n1: I need to find the cup."}], 0.0, random.Random(0)) is None


def test_with_temperature_some_replies_are_wordy_and_some_cannot_be_read() -> None:
    said = [marked(*SAID, temperature=1.0, seed=seed) for seed in range(100)]
    readable = [read_marks(str(one), len(SAID)) is not None for one in said]
    assert any("<marks>" in str(one) for one in said)
    assert 70 < sum(readable) < 100
