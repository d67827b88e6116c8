from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from data.benchmarks.protocols import LineError, Output, get_protocol
from data.sample import Sample, Task
from data.trace import PlacedBox
from tests.data.benchmarks.protocols.examples import differences
from tests.data.benchmarks.protocols.odd import judged, odd_replies

TREEBENCH = get_protocol("treebench")
TARGET = {"boxes": [[0, 0, 100, 100], [200, 200, 300, 300]], "answer": "b"}
EVIDENCE = (PlacedBox(10, 20, 30.5, 40, role="evidence"), PlacedBox(0, 0, 9, 9, role="answer"))
SAMPLE = Sample("smp_1", "own", "test", Task.CHOICE, ("img_1",), "Which?", choices=("red", "blue"), answer="blue", boxes=EVIDENCE)


def line(text: str, **target: Any) -> dict[str, Any]:
    return {"id": "1", "prediction": text, "target": TARGET | target}


def test_every_example_has_its_published_scores() -> None:
    assert differences("treebench", "treevgr_treebench") == []


def test_recall_and_the_letter_are_scored_apart() -> None:
    ruling = judged("treebench", line("<box>[0,0,100,50]</box></think><answer> B\n</answer>"))
    assert ruling.scores == {"iou": 0.25, "prediction": "B", "correct": 1}
    assert (ruling.verdict.correct, ruling.verdict.iou) == (True, 0.25)


def test_a_reply_without_an_answer_tag_is_its_own_answer() -> None:
    assert judged("treebench", line("b")).scores == {"iou": 0.0, "prediction": "b", "correct": 1}
    assert judged("treebench", line("b.")).scores["correct"] == 0


def test_a_long_answer_is_put_as_its_digest() -> None:
    assert judged("treebench", line("é" * 3000)).scores["prediction"] == "é" * 3000
    digest = hashlib.md5(("é" * 3001).encode(), usedforsecurity=False).hexdigest()
    assert judged("treebench", line("é" * 3001)).scores["prediction"] == f"md5:{digest}"
    assert judged("treebench", line("\ud800" * 3001)).reason is None


def test_a_number_that_python_does_not_read_leaves_no_score() -> None:
    ruling = judged("treebench", line(f"<box>[1,2,3,{'9' * 4301}]</box><answer>b</answer>"))
    assert (ruling.reason, ruling.scores) == ("ValueError", {"iou": 0.0, "prediction": None, "correct": 0})
    assert not ruling.verdict.correct


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prediction": 3}, "prediction should be a text, not 3"),
        ({"target": {"answer": "b"}}, "target.boxes should be a list or a text, not absent beside answer"),
        ({"target": {"boxes": []}}, "answer should be a text, not absent beside boxes"),
        ({"target": {"boxes": "[]", "answer": "b"}}, "target.boxes should be a list, not '\\[\\]'"),
        ({"target": {"boxes": [[1, 2, 3]], "answer": "b"}}, "each of target.boxes should be four numbers .* not \\[1, 2, 3\\]"),
    ],
)
def test_a_line_that_cannot_be_judged_says_what_it_lacks(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(LineError, match=said):
        TREEBENCH.check(line("b") | wrong)


@given(odd_replies)
@settings(max_examples=200, deadline=None)
def test_no_reply_is_beyond_it(text: str) -> None:
    assert set(judged("treebench", line(text)).scores) == set(TREEBENCH.blank)


def test_a_line_has_the_published_fields_of_the_record() -> None:
    sample = replace(SAMPLE, meta={"target_instances": "[[1, 2, 3, 4]]", "answer": "C"})
    assert TREEBENCH.line(sample, Output("b"), [])["target"] == {"boxes": [[1, 2, 3, 4]], "answer": "C"}
    sample = replace(SAMPLE, meta={"target_instances": [[1, 2, 3, 4]]})
    assert TREEBENCH.line(sample, Output("b"), [])["target"] == {"boxes": [[1, 2, 3, 4]], "answer": "B"}


def test_a_sample_without_them_gives_its_evidence_and_the_letter_of_its_choice() -> None:
    made = TREEBENCH.line(SAMPLE, Output("b"), [])
    assert made == {"id": "smp_1", "prediction": "b", "target": {"boxes": [[10, 20, 30.5, 40]], "answer": "B"}}
    assert judged("treebench", made).scores["correct"] == 1


def test_a_sample_without_an_answer_is_named() -> None:
    with pytest.raises(LineError, match="smp_1 has no answer"):
        TREEBENCH.line(replace(SAMPLE, answer=None), Output("b"), [])
    with pytest.raises(LineError, match="target_instances of smp_1 should be a list of boxes, not '<none>'"):
        TREEBENCH.line(replace(SAMPLE, meta={"target_instances": "<none>"}), Output("b"), [])
