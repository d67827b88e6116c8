"""Conversations: the rows of ``sft``, made one after another.

Traces stay in Arrow: they are read once to choose, and those that are taken once more to be written, so that no more than a batch of
them is held as objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.conversation import conversation
from data.cropping import crop_image
from data.dialects import get_dialect
from data.images import png
from data.publishing.balance import Weighed, left_out
from data.publishing.choice import OWN_DIALECT, Choice, Images, Pick, Refusal, Speaker
from data.publishing.config import NO_VALUE, Column, PublishConfig
from data.publishing.split import split_samples
from data.rows import Row, sample_from_row, trace_from_row
from data.sample import Sample
from data.scoring.ragged import Whole, offsets_of
from data.trace import Trace, Zoom

SAMPLE_COLUMNS = (
    "sample_id",
    "dataset",
    "split",
    "task",
    "image_ids",
    "question",
    "context",
    "choices",
    "category",
    "difficulty_band",
)
_TOLD = ("steps", "answer", "answer_points", "answer_boxes")
TRACE_COLUMNS = ("trace_id", "sample_id", "method", "dialect", "candidate", "selected", "left_out", *_TOLD)
VERDICT_COLUMNS = ("trace_id", "kept")
UNREAD: Row = {"answer": None, "points": None, "boxes": None, "source_space": None, "meta": None}
"""What a conversation does not say of its sample."""
TRACES_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Published:
    """The rows of ``sft``, made as they are taken, how many there are, and the refusals."""

    rows: Iterator[Row]
    count: int
    refused: list[Row]


def publish_rows(
    samples: pa.Table, traces: pa.Table, verdicts: pa.Table, images: Images, student: Speaker, config: PublishConfig
) -> Published:
    """Publish the kept traces of whole versions, of which the columns above are needed."""
    splits = split_samples(samples.select(["sample_id", "split", "image_ids"]).to_pylist(), config.validation_share)
    kept = traces.select(TRACE_COLUMNS).filter(pc.is_in(traces["trace_id"], verdicts.filter(verdicts["kept"])["trace_id"].combine_chunks()))
    order = _order(kept)
    asked = samples.filter(pc.is_in(samples["sample_id"], kept["sample_id"].combine_chunks()))
    known = {row["sample_id"]: sample_from_row(UNREAD | row) for row in asked.select(SAMPLE_COLUMNS).to_pylist()}
    choice = Choice(known, splits, images, student, config.dialects or [student.dialect], config.traces_per_sample)
    picks = [pick for number, row in enumerate(_rows(kept, order)) for pick in choice.take(number, row)]
    chosen, refused = _balanced(picks, known, config)
    return Published(_written(chosen, kept, order, known, images, student), len(chosen), [*choice.refused, *refused])


def sft_row(pick: Pick, sample: Sample, trace: Trace, images: Images, student: Speaker) -> Row:
    """A conversation with its images inline: those of the sample in order, then the crops that its turns show."""
    frames = student.view.frames(map(images.size, sample.image_ids))
    carried = get_dialect(pick.dialect).project(trace, frames, sample.task)
    looks = [closer_look(images, sample, zoom, student) for step in carried.steps for zoom in step.zooms]
    return {
        "trace_id": pick.trace_id,
        "dialect": pick.dialect,
        "sample_id": sample.sample_id,
        "split": pick.split,
        "messages": conversation(sample, carried, student.prompt, pick.dialect, frames, student.turns.most_looks),
        "images": [{"bytes": content, "path": None} for content in [*map(images.bytes, sample.image_ids), *looks]],
    }


def closer_look(images: Images, sample: Sample, zoom: Zoom, student: Speaker) -> bytes:
    """What a zoom shows, as PNG. Raises ``ValueError`` where its point lies off its image."""
    return png(crop_image(images.open(sample.image_ids[zoom.point.image_index]), zoom.point.x, zoom.point.y, student.zoom))


def _order(traces: pa.Table) -> Whole:
    """By sample; those written for a dialect of their own first, then a method's after another's, each method's by candidate."""
    is_general = pc.invert(pc.is_in(traces["method"], pa.array(list(OWN_DIALECT))))
    keys = traces.select(["sample_id", "candidate", "trace_id"]).append_column("is_general", is_general)
    keys = keys.append_column("turn", pa.array(_turns(traces)))
    return _sorted(keys, "sample_id", "is_general", "turn", "candidate", "trace_id")


def _turns(traces: pa.Table) -> Whole:
    """Of each trace how many of its sample and method come before it; what was left out comes last."""
    keys = traces.select(["sample_id", "method", "candidate", "trace_id"])
    is_left_out: Any = pc.invert(traces["selected"])
    keys = keys.append_column("is_left_out", pc.fill_null(is_left_out, False))
    order = _sorted(keys, "sample_id", "method", "is_left_out", "candidate", "trace_id")
    kinds = keys.select(["sample_id", "method"]).take(order).to_pydict()
    turns = np.zeros(len(order), dtype=np.int64)
    turns[order] = [turn for _, group in groupby(zip(*kinds.values(), strict=True)) for turn, _ in enumerate(group)]
    return turns


def _sorted(keys: pa.Table, *names: str) -> Whole:
    order: list[Any] = [(name, "ascending", "at_start") for name in names]
    return pc.sort_indices(keys, order).to_numpy().astype(np.int64)


def _rows(traces: pa.Table, order: Whole) -> Iterator[Row]:
    """Traces in an order. Each is taken from its own batch: as one array, more than 2 GB of thoughts are more than Arrow's lists hold."""
    batches = traces.to_batches()
    starts = offsets_of(np.array([batch.num_rows for batch in batches], dtype=np.int64))
    for first in range(0, len(order), TRACES_AT_ONCE):
        some = order[first : first + TRACES_AT_ONCE]
        owner = np.searchsorted(starts, some, side="right") - 1
        found: dict[int, Row] = {}
        for number in np.unique(owner):
            own = some[owner == number]
            found |= zip(own.tolist(), batches[number].take(pa.array(own - starts[number])).to_pylist(), strict=True)
        yield from map(found.__getitem__, some.tolist())


def _balanced(picks: Sequence[Pick], samples: Mapping[str, Sample], config: PublishConfig) -> tuple[list[Pick], list[Row]]:
    """The picks that stay, and the refusals of the others; each dialect and split is balanced by itself."""
    groups: dict[tuple[str, str], list[Pick]] = defaultdict(list)
    for pick in picks:
        groups[pick.dialect, pick.split].append(pick)
    dropped: dict[tuple[str, str], str] = {}
    for (dialect, split), group in groups.items():
        weighed = [Weighed(pick.trace_id, _values(pick, samples[pick.sample_id])) for pick in group]
        dropped |= {(key, dialect): f"{split}: {sides}" for key, sides in left_out(weighed, config.balance).items()}
    refused = [pick.refused(Refusal.BALANCE, dropped[place]) for pick in picks if (place := (pick.trace_id, pick.dialect)) in dropped]
    return [pick for pick in picks if (pick.trace_id, pick.dialect) not in dropped], refused


def _values(pick: Pick, sample: Sample) -> dict[Column, str]:
    said: dict[Column, Any] = {
        Column.DATASET: sample.dataset,
        Column.TASK: sample.task,
        Column.CATEGORY: sample.category,
        Column.BAND: sample.difficulty_band,
        Column.METHOD: pick.method,
    }
    return {column: str(value) if value is not None else NO_VALUE for column, value in said.items()}


def _written(
    picks: Sequence[Pick], traces: pa.Table, order: Whole, samples: Mapping[str, Sample], images: Images, student: Speaker
) -> Iterator[Row]:
    """``picks`` are in the order of the traces."""
    wanted = [(number, list(group)) for number, group in groupby(picks, key=lambda pick: pick.number)]
    rows = _rows(traces, order[np.array([number for number, _ in wanted], dtype=np.int64)])
    for row, (_, group) in zip(rows, wanted, strict=True):
        if (trace := trace_from_row(row)) is not None:
            yield from (sft_row(pick, samples[pick.sample_id], trace, images, student) for pick in group)
