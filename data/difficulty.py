"""Difficulty: how the policy stands on each sample, derived from its rollouts.

A row says what was known of a sample after one step in which it was drawn, all earlier steps of the run included. It is a fold over
rollouts through a step, so a trainer that resumes from step n knows what it knew at step n and nothing of what came after.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from data.tables import upcast

SUCCESS = 0.5
"""The outcome from which a rollout counts as a success."""
FOLD = """
with drawn as (
  select run_id, step, sample_id, count(outcome) as attempts, sum(outcome) as total,
    count(outcome) filter (where outcome >= $success) as successes
  from rollouts where step <= $through_step and sample_id is not null group by all)
select run_id, step, sample_id, sum(attempts) over earlier as attempts, sum(successes) over earlier as successes,
  sum(total) over earlier / nullif(sum(attempts) over earlier, 0) as mean_outcome
from drawn window earlier as (partition by run_id, sample_id order by step)
order by run_id, step, sample_id
"""
COLUMNS = ["run_id", "step", "sample_id", "outcome"]


def fold(rollouts: pa.Table | Sequence[Path], through_step: int) -> pa.Table:
    """Rows of ``difficulty``, one for each sample and step it was drawn in, from rollouts of steps up to ``through_step``.

    ``rollouts`` are rows or an explicit list of Parquet files. A rollout whose outcome is unknown is no attempt. The mean is over
    attempts, null where there are none.
    """
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        given = rollouts.select(COLUMNS) if isinstance(rollouts, pa.Table) else _read(connection, rollouts)
        connection.register("rollouts", given)
        return upcast("difficulty", connection.sql(FOLD, params={"success": SUCCESS, "through_step": through_step}).to_arrow_table())


def _read(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> pa.Table:
    if not paths:
        return upcast("rollouts", pa.table({})).select(COLUMNS)
    names = [str(path) for path in paths]
    sql = f"select {', '.join(COLUMNS)} from read_parquet($paths, union_by_name = true, hive_partitioning = false)"
    rows: pa.Table = connection.sql(sql, params={"paths": names}).to_arrow_table()
    return rows
