"""The scorer over columns says what the strict scorer says."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.rows import sample_to_row, trace_to_row
from data.sample import Role, Sample, Task
from data.scoring import Score, score_answer
from data.scoring.columns import Answers, score_columns
from data.scoring.problems import Problems
from data.tables import arrow
from data.trace import Answer, PlacedBox, Trace
from tests.data.drawn import SIZES, answers, samples

HUGE = PlacedBox(-1e200, -1e200, 1e200, 1e200, 0, None, Role.ANSWER)
Pair = tuple[Sample, Answer | None]


def scores(pairs: Sequence[Pair], sizes: dict[str, tuple[float, float]] | None) -> list[tuple[float, float]]:
    problems = Problems(arrow("samples", [sample_to_row(sample) for sample, _ in pairs]), sizes)
    rows = [
        trace_to_row(Trace((), answer) if answer else None, sample_id="smp", text=str(number)) for number, (_, answer) in enumerate(pairs)
    ]
    (batch,) = arrow("traces", rows).combine_chunks().to_batches()
    is_read = np.array([answer is not None for _, answer in pairs])
    found = score_columns(problems, np.arange(len(pairs)), Answers.of(is_read, batch), batch)
    return list(zip(found.correct.tolist(), found.iou.tolist(), strict=True))


def as_numbers(score: Score) -> tuple[float, float]:
    return tuple(math.nan if value is None else float(value) for value in (score.correct, score.iou))  # type: ignore[return-value]


@settings(max_examples=120, deadline=None)
@given(pairs=st.lists(st.tuples(samples(), answers()), min_size=1, max_size=8), has_sizes=st.booleans())
@example(pairs=[(Sample("smp", "set", "train", Task.BOX, ("img_1",), "Where?", boxes=(HUGE,)), Answer(boxes=(HUGE,)))], has_sizes=False)
def test_columns_say_what_the_scorer_says_of_each(pairs: list[Pair], has_sizes: bool) -> None:
    sizes = SIZES if has_sizes else None
    expected = [score_answer(sample, answer, [SIZES[name] for name in sample.image_ids] if sizes else None) for sample, answer in pairs]
    np.testing.assert_array_equal(scores(pairs, sizes), [as_numbers(score) for score in expected])


def test_several_boxes_are_matched_by_the_scorer_itself() -> None:
    known = tuple(PlacedBox(x, 0, x + 10, 10, 0, None, Role.ANSWER) for x in (0, 20, 40))
    sample = Sample("smp", "set", "train", Task.BOXES, ("img_1",), "Where?", boxes=known)
    said = Answer(boxes=(PlacedBox(42, 0, 52, 10), PlacedBox(1, 0, 11, 10)))
    assert scores([(sample, said)], None) == [as_numbers(score_answer(sample, said))]


def test_a_sample_that_is_not_there_has_no_score() -> None:
    problems = Problems(arrow("samples", []))
    (batch,) = arrow("traces", [trace_to_row(Trace(), sample_id="smp", text="")]).to_batches()
    found = score_columns(problems, problems.find(pa.array(["smp"])), Answers.of(np.array([True]), batch), batch)
    assert np.isnan(found.correct).all()
    assert np.isnan(found.iou).all()


def test_a_task_that_is_none_names_the_sample() -> None:
    row = sample_to_row(Sample("smp_9", "set", "train", Task.BOX, ("img_1",), "Where?")) | {"task": "guess"}
    with pytest.raises(ValueError, match="sample smp_9 has the task 'guess'; tasks are point, box"):
        Problems(arrow("samples", [row]))
