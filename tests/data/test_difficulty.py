"""The fold of rollouts into what is known of each sample."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from data.difficulty import fold
from data.store import Store
from data.tables import arrow


def rollouts(*drawn: tuple[int, str, float | None]) -> pa.Table:
    rows: list[dict[str, Any]] = [
        {"rollout_id": str(number), "run_id": "run_a", "step": step, "sample_id": sample, "outcome": outcome}
        for number, (step, sample, outcome) in enumerate(drawn)
    ]
    return arrow("rollouts", rows)


def test_a_sample_gathers_attempts_from_step_to_step() -> None:
    folded = fold(rollouts((1, "a", 1.0), (1, "a", 0.0), (2, "b", 0.49), (3, "a", 0.5), (3, "a", 0.5)), through_step=3)
    assert folded.to_pylist() == [
        {"run_id": "run_a", "step": 1, "sample_id": "a", "attempts": 2, "successes": 1, "mean_outcome": 0.5},
        {"run_id": "run_a", "step": 2, "sample_id": "b", "attempts": 1, "successes": 0, "mean_outcome": 0.49},
        {"run_id": "run_a", "step": 3, "sample_id": "a", "attempts": 4, "successes": 3, "mean_outcome": 0.5},
    ]


def test_rollouts_beyond_the_step_are_not_seen() -> None:
    assert fold(rollouts((1, "a", 1.0), (2, "a", 0.0)), through_step=1).column("attempts").to_pylist() == [1]


def test_an_unknown_outcome_is_no_attempt() -> None:
    row = fold(rollouts((1, "a", None)), through_step=1).to_pylist()[0]
    assert (row["attempts"], row["successes"], row["mean_outcome"]) == (0, 0, None)


def test_step_files_and_their_rows_fold_alike(store: Store) -> None:
    run = store.run("run_a")
    for step in (1, 2, 3):
        run.write_step("rollouts", step, [{"rollout_id": f"{step}", "step": step, "sample_id": "a", "outcome": step / 3}])
    assert fold(run.files("rollouts", 2), 2).equals(fold(run.read("rollouts"), 2))
    assert fold([], 2).num_rows == 0


DRAWN = st.lists(st.tuples(st.integers(1, 5), st.sampled_from("abc"), st.sampled_from([0.0, 0.25, 0.5, 1.0])), max_size=30)


@settings(max_examples=30, deadline=None)
@given(DRAWN, st.integers(1, 5))
def test_folding_through_a_step_is_the_start_of_folding_through_a_later_one(drawn: list[tuple[int, str, float]], step: int) -> None:
    whole = fold(rollouts(*drawn), 5).to_pylist()
    assert fold(rollouts(*drawn), step).to_pylist() == [row for row in whole if row["step"] <= step]
