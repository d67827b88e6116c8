"""Tables: the name, key and Arrow schema of every table.

A *table* is a set of Parquet rows with a declared *key* on which its view is unique. Columns are added, never renamed; ``upcast``
brings rows of an older schema to the present one. Coordinates are pixels of the stored image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from data.columns import BOX, CONTEXT, FLAG, IMAGE, MENTION, MESSAGE, POINT, REAL, REWARDS, STEP, TEXT, TEXTS, TIME, TURN, WHOLE


@dataclass(frozen=True, slots=True)
class Table:
    """A declared table: its name, the columns that identify a row, and its Arrow schema."""

    name: str
    key: tuple[str, ...]
    schema: pa.Schema
    is_live: bool = False
    """Whether a run's rows are visible before the run has published."""


def _table(name: str, key: str, columns: Mapping[str, pa.DataType], *, is_live: bool = False) -> Table:
    return Table(name, tuple(key.split()), pa.schema(list(columns.items())), is_live)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "images",
            "image_id",
            {"image_id": TEXT, "bytes": pa.binary(), "path": TEXT, "format": TEXT, "width": WHOLE, "height": WHOLE},
        ),
        _table(
            "samples",
            "sample_id",
            {
                "sample_id": TEXT,
                "dataset": TEXT,
                "split": TEXT,
                "task": TEXT,
                "image_ids": TEXTS,
                "question": TEXT,
                "context": pa.list_(CONTEXT),
                "choices": TEXTS,
                "answer": TEXT,
                "points": pa.list_(POINT),
                "boxes": pa.list_(BOX),
                "source_space": TEXT,
                "category": TEXT,
                "difficulty_band": TEXT,
                "meta": TEXT,
            },
        ),
        _table(
            "rejects",
            "run_id locator",
            {"run_id": TEXT, "locator": TEXT, "source": TEXT, "reason": TEXT, "detail": TEXT},
        ),
        _table(
            "requests",
            "request_id",
            {
                "request_id": TEXT,
                "run_id": TEXT,
                "sample_id": TEXT,
                "provider": TEXT,
                "model": TEXT,
                "purpose": TEXT,
                "params": TEXT,
                "messages_hash": TEXT,
                "image_ids": TEXTS,
                "sample_index": WHOLE,
                "status": TEXT,
                "response": TEXT,
                "finish_reason": TEXT,
                "attempts": WHOLE,
                "attempt_errors": TEXTS,
                "prompt_tokens": WHOLE,
                "completion_tokens": WHOLE,
                "cost_usd": REAL,
                "started_at": TIME,
                "latency_s": REAL,
            },
            is_live=True,
        ),
        _table(
            "traces",
            "trace_id",
            {
                "trace_id": TEXT,
                "sample_id": TEXT,
                "request_ids": TEXTS,
                "method": TEXT,
                "teacher": TEXT,
                "dialect": TEXT,
                "candidate": WHOLE,
                "selected": FLAG,
                "steps": pa.list_(STEP),
                "answer": TEXT,
                "answer_points": pa.list_(POINT),
                "answer_boxes": pa.list_(BOX),
                "text": TEXT,
                "parse_error": TEXT,
                "prompt_hash": TEXT,
                "left_out": TEXT,
            },
        ),
        _table(
            "trees",
            "tree_id node_id",
            {
                "tree_id": TEXT,
                "node_id": TEXT,
                "parent_id": TEXT,
                "sample_id": TEXT,
                "kind": TEXT,
                "depth": WHOLE,
                "thought": TEXT,
                "mentions": pa.list_(MENTION),
                "visits": WHOLE,
                "value": REAL,
                "terminal": FLAG,
                "reward": REAL,
                "request_ids": TEXTS,
                "status": TEXT,
                "number": WHOLE,
                "simulation": WHOLE,
                "zooms": pa.list_(POINT),
                "steps": pa.list_(STEP),
                "answer": TEXT,
                "answer_points": pa.list_(POINT),
                "answer_boxes": pa.list_(BOX),
                "text": TEXT,
            },
        ),
        _table(
            "verdicts",
            "version_id trace_id",
            {
                "trace_id": TEXT,
                "sample_id": TEXT,
                "kept": FLAG,
                "reason": TEXT,
                "failed": TEXTS,
                "rules_hash": TEXT,
                "answer_correct": FLAG,
                "answer_iou": REAL,
                "point_hit_rate": REAL,
                "box_iou": REAL,
                "box_recall": REAL,
                "box_precision": REAL,
                "box_one_to_one": REAL,
                "steps": WHOLE,
                "points": WHOLE,
                "distinct_points": WHOLE,
                "characters": WHOLE,
                "judge": REAL,
            },
        ),
        _table(
            "sft",
            "version_id trace_id dialect",
            {
                "trace_id": TEXT,
                "dialect": TEXT,
                "sample_id": TEXT,
                "split": TEXT,
                "messages": pa.list_(MESSAGE),
                "images": pa.list_(IMAGE),
            },
        ),
        _table("seen", "run_id step trace_id", {"run_id": TEXT, "step": WHOLE, "trace_id": TEXT}, is_live=True),
        _table(
            "rollouts",
            "rollout_id",
            {
                "rollout_id": TEXT,
                "run_id": TEXT,
                "step": WHOLE,
                "policy_step": WHOLE,
                "group_id": TEXT,
                "index": WHOLE,
                "sample_id": TEXT,
                "stream": TEXT,
                "dialect": TEXT,
                "turns": pa.list_(TURN),
                "text": TEXT,
                "answer": TEXT,
                "answer_points": pa.list_(POINT),
                "answer_boxes": pa.list_(BOX),
                "mentions": pa.list_(MENTION),
                "parse_error": TEXT,
                "stop_reason": TEXT,
                "rewards": REWARDS,
                "reward": REAL,
                "outcome": REAL,
                "advantage": REAL,
                "masked": FLAG,
                "effective": FLAG,
                "reference_rollout_id": TEXT,
                "prompt_tokens": WHOLE,
                "completion_tokens": WHOLE,
                "image_tokens": WHOLE,
                "seed": WHOLE,
            },
            is_live=True,
        ),
        _table(
            "groups",
            "run_id step group_id",
            {
                "run_id": TEXT,
                "step": WHOLE,
                "group_id": TEXT,
                "sample_id": TEXT,
                "stream": TEXT,
                "decision": TEXT,
                "draw_weight": REAL,
                "n": WHOLE,
                "mean": REAL,
                "std": REAL,
                "outcome_mean": REAL,
                "loss_weight": REAL,
                "effective": FLAG,
                "round": WHOLE,
            },
            is_live=True,
        ),
        _table(
            "difficulty",
            "run_id step sample_id",
            {"run_id": TEXT, "step": WHOLE, "sample_id": TEXT, "attempts": WHOLE, "successes": WHOLE, "mean_outcome": REAL},
            is_live=True,
        ),
        _table(
            "archive",
            "run_id sample_id step",
            {"run_id": TEXT, "sample_id": TEXT, "step": WHOLE, "rollout_id": TEXT, "box_reward": REAL},
            is_live=True,
        ),
        _table(
            "rollout_tokens",
            "rollout_id",
            {
                "rollout_id": TEXT,
                "run_id": TEXT,
                "step": WHOLE,
                "ids": pa.list_(pa.int32()),
                "logprobs": pa.list_(REAL),
                "is_own": pa.list_(FLAG),
                "advantage": REAL,
            },
            is_live=True,
        ),
        _table("metrics", "run_id step name", {"run_id": TEXT, "step": WHOLE, "name": TEXT, "value": REAL}, is_live=True),
        _table(
            "judgements",
            "subject_id name",
            {"subject_id": TEXT, "name": TEXT, "value": REAL, "request_ids": TEXTS, "error": TEXT, "run_id": TEXT, "step": WHOLE},
            is_live=True,
        ),
        _table(
            "predictions",
            "prediction_id",
            {
                "prediction_id": TEXT,
                "run_id": TEXT,
                "checkpoint_id": TEXT,
                "model": TEXT,
                "benchmark": TEXT,
                "protocol": TEXT,
                "mode": TEXT,
                "sample_id": TEXT,
                "item": TEXT,
                "turns": pa.list_(TURN),
                "text": TEXT,
                "answer": TEXT,
                "points": pa.list_(POINT),
                "boxes": pa.list_(BOX),
                "parse_error": TEXT,
                "stop_reason": TEXT,
                "prompt_tokens": WHOLE,
                "completion_tokens": WHOLE,
                "image_tokens": WHOLE,
                "correct": FLAG,
                "iou": REAL,
                "scores": REWARDS,
                "detail": TEXT,
                "evidence_iou": REAL,
                "request_ids": TEXTS,
                "category": TEXT,
                "difficulty_band": TEXT,
                "settings_hash": TEXT,
            },
        ),
        _table(
            "scores",
            "run_id benchmark protocol mode category metric",
            {
                "run_id": TEXT,
                "benchmark": TEXT,
                "protocol": TEXT,
                "mode": TEXT,
                "category": TEXT,
                "metric": TEXT,
                "checkpoint_id": TEXT,
                "model": TEXT,
                "value": REAL,
                "ci_low": REAL,
                "ci_high": REAL,
                "n": WHOLE,
                "settings": TEXT,
                "prompt_hash": TEXT,
                "benchmark_version": TEXT,
                "verified": FLAG,
            },
        ),
        _table(
            "versions",
            "version_id",
            {
                "version_id": TEXT,
                "table_name": TEXT,
                "stage_key": TEXT,
                "content_hash": TEXT,
                "rows": WHOLE,
                "bytes": WHOLE,
                "parents": TEXTS,
                "run_id": TEXT,
                "stage": TEXT,
                "config": TEXT,
                "prompt_hashes": TEXTS,
                "code_revision": TEXT,
                "created_at": TIME,
                "complete": FLAG,
            },
        ),
        _table(
            "runs",
            "run_id",
            {
                "run_id": TEXT,
                "stage": TEXT,
                "recipe": TEXT,
                "parent_run_id": TEXT,
                "status": TEXT,
                "inputs": TEXT,
                "config": TEXT,
                "flow_run_id": TEXT,
                "started_at": TIME,
                "finished_at": TIME,
                "heartbeat_at": TIME,
                "error": TEXT,
                "stage_key": TEXT,
                "host": TEXT,
                "pid": WHOLE,
                "note": TEXT,
            },
        ),
    )
}
"""Every table by name. ``version_id`` in a key is the version a row was read from; it is no stored column."""

CHECKPOINTS = "checkpoints"
"""The name under which model folders are versioned. Their files are no rows, so there is no schema."""


def arrow(table_name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as an Arrow table of the declared schema; absent columns are null. Raises ``KeyError`` naming an undeclared column."""
    schema = TABLES[table_name].schema
    for number, row in enumerate(rows):
        unknown = row.keys() - set(schema.names)
        if unknown:
            raise KeyError(f"row {number} of {table_name} has columns {sorted(unknown)}; declared are {schema.names}")
    return pa.Table.from_pylist(rows, schema=schema)


def upcast(table_name: str, rows: pa.Table) -> pa.Table:
    """Rows of an older schema with today's columns: declared ones cast, absent ones null, undeclared ones kept at the end."""
    schema = TABLES[table_name].schema
    if rows.schema.equals(schema):
        return rows.replace_schema_metadata(None)
    columns = {
        field.name: rows.column(field.name).cast(field.type) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    }
    extra = {name: rows.column(name) for name in rows.column_names if name not in columns}
    merged: dict[str, Any] = columns | extra
    return pa.table(merged)
