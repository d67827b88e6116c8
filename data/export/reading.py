"""Reading: the rows that formats write, out of a store and one after another.

A *conversation* is a row of ``sft`` with its turns as texts, ``<image>`` where an image stands. A *problem* is a sample as the student is
asked it, with the known answer in the student's space. What cannot be written is *left out*, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.conversation import prompt_messages
from data.export.format import PLACEHOLDER, PLACEHOLDERS
from data.export.truth import plain_answer, truth_of
from data.publishing.choice import Images, Refusal, Speaker
from data.publishing.split import Splits
from data.rows import Row
from data.sample import Sample
from data.scoring.score import is_scorable
from data.store import Store, Version
from data.tables import upcast

ROWS_AT_ONCE = 32
"""Conversations, with their images, held in memory."""


class PlaceholderError(ValueError):
    """A text that holds what would be taken for an image."""


def conversations(store: Store, version: Version, left_out: list[Row]) -> Iterator[Row]:
    """The conversations of a version of ``sft``; ``left_out`` grows as they are read."""
    for path in store.paths(version):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
                for row in upcast("sft", pa.Table.from_batches([batch])).to_pylist():
                    yield from _conversation(row, left_out)


def problems(samples: Iterable[Sample], splits: Splits, images: Images, student: Speaker, left_out: list[Row]) -> Iterator[Row]:
    """The problems of samples in their splits; ``left_out`` grows as they are read."""
    for sample in samples:
        if against := _against(sample, splits):
            left_out.append({"sample_id": sample.sample_id, "reason": against[0], "detail": against[1]})
        else:
            yield from _problem(sample, splits.split[sample.sample_id], images, student, left_out)


def text(blocks: Sequence[Mapping[str, Any]]) -> str:
    """A turn's blocks as one text. Raises ``PlaceholderError`` where words would be taken for an image."""
    for block in blocks:
        if block["type"] != "image" and (found := [name for name in PLACEHOLDERS if name in block["text"]]):
            raise PlaceholderError(f"the text holds {found[0]}, which would be taken for more than text: {block['text']:.100}")
    return "".join(PLACEHOLDER if block["type"] == "image" else block["text"] for block in blocks)


def _conversation(row: Row, left_out: list[Row]) -> Iterator[Row]:
    names = {name: row[name] for name in ("trace_id", "dialect", "sample_id", "split")}
    if not row["messages"]:
        left_out.append(names | {"reason": "empty", "detail": "the conversation has no turns"})
        return
    try:
        messages = [{"role": turn["role"], "content": text(turn["content"])} for turn in row["messages"]]
    except PlaceholderError as error:
        left_out.append(names | {"reason": "placeholder", "detail": str(error)})
        return
    yield names | {"messages": messages, "images": [image["bytes"] for image in row["images"] or ()]}


def _problem(sample: Sample, split: str, images: Images, student: Speaker, left_out: list[Row]) -> Iterator[Row]:
    frames = student.view.frames(map(images.size, sample.image_ids))
    (asked,) = prompt_messages(sample, student.prompt, student.dialect, frames)
    try:
        question = text(asked["content"])
    except PlaceholderError as error:
        left_out.append({"sample_id": sample.sample_id, "reason": "placeholder", "detail": str(error)})
        return
    said = {"dataset": sample.dataset, "category": sample.category, "difficulty_band": sample.difficulty_band}
    known = {"problem": question, "answer": plain_answer(sample, frames), "truth": truth_of(sample, frames, student.dialect)}
    stored = {"images": list(map(images.bytes, sample.image_ids))}
    yield {"sample_id": sample.sample_id, "split": split, "task": str(sample.task)} | said | known | stored


def _against(sample: Sample, splits: Splits) -> tuple[str, str] | None:
    if sample.sample_id in splits.leaks:
        return str(Refusal.LEAK_SPLIT), splits.leaks[sample.sample_id]
    return None if is_scorable(sample) else ("no_answer", f"nothing is known of the answer that task {sample.task} asks for")
