"""verl: problems for reinforcement, in one Parquet file for each split that both verl and EasyR1 read.

verl (``examples/data_preprocess``) reads ``data_source``, ``prompt`` (a list of turns), ``images``, ``ability``, ``reward_model`` and
``extra_info``; EasyR1 reads ``problem``, ``answer`` and ``images``. Each leaves the other's columns alone. ``truth`` is the answer with
all that scoring needs (``data.export.reward``): verl finds it in ``extra_info``, EasyR1 under ``data.answer_key=truth``. Coordinates
are in the student's space.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.columns import IMAGE, TEXT, WHOLE
from data.export.format import Part
from data.export.pictures import picture
from data.rows import Row

ABILITY = "grounding"
ROWS_PER_GROUP = 64
"""Rows, with their images, held in memory before they are written."""
FEATURES = {"images": {"feature": {"_type": "Image"}, "_type": "List"}}
TOLD = ("split", "sample_id", "task", "category", "difficulty_band", "truth")
"""What ``extra_info`` says of a problem beside its place."""
SCHEMA = pa.schema(
    {
        "data_source": TEXT,
        "prompt": pa.list_(pa.struct([("role", TEXT), ("content", TEXT)])),
        "images": pa.list_(IMAGE),
        "ability": TEXT,
        "reward_model": pa.struct([("style", TEXT), ("ground_truth", TEXT)]),
        "extra_info": pa.struct([("index", WHOLE), *((name, TEXT) for name in TOLD)]),
        "problem": TEXT,
        "answer": TEXT,
        "truth": TEXT,
    },
    {"huggingface": json.dumps({"info": {"features": FEATURES}})},
)


class Verl:
    """One file for each split."""

    name = "verl"
    reads = "samples"

    def write(self, rows: Iterable[Row], folder: Path) -> list[Part]:
        """Write the problems in their order."""
        files: dict[str, ProblemFile] = {}
        try:
            for row in rows:
                split = row["split"]
                if split not in files:
                    files[split] = ProblemFile(folder / f"{split}.parquet")
                files[split].add(row)
        finally:
            for file in files.values():
                file.close()
        return [Part("default", split, Path(f"{split}.parquet"), file.count) for split, file in files.items()]


class ProblemFile:
    """One Parquet file, written a row group at a time."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self._waiting: list[Row] = []

    def add(self, row: Row) -> None:
        """Take a problem."""
        self._waiting.append(problem(row, self.count))
        self.count += 1
        if len(self._waiting) == ROWS_PER_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what waits and end the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_pylist(self._waiting, schema=SCHEMA))
            self._waiting = []


def problem(row: Row, index: int) -> Row:
    """A row of the file; ``index`` counts from 0 in each split."""
    return {
        "data_source": row["dataset"],
        "prompt": [{"role": "user", "content": row["problem"]}],
        "images": [{"bytes": picture(content).content, "path": None} for content in row["images"]],
        "ability": ABILITY,
        "reward_model": {"style": "rule", "ground_truth": row["answer"]},
        "extra_info": {"index": index} | {name: row[name] for name in TOLD},
        "problem": row["problem"],
        "answer": row["answer"],
        "truth": row["truth"],
    }
