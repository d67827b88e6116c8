"""Questions: what a judge is asked about rows of ``traces``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from data.rows import Row, trace_from_row
from data.sample import Sample
from models.teacher.judge.config import JudgeKind
from models.teacher.judge.judge import JudgeQuestion
from models.teacher.textualize.best import Chain, best_chain

Sizes = Mapping[str, tuple[float, float]]
"""Width and height in pixels by image id."""


def trace_questions(kind: JudgeKind, samples: Iterable[Sample], rows: Iterable[Row], sizes: Sizes) -> list[JudgeQuestion]:
    """A question for each readable trace whose sample and images are known, once for each id.

    ``consistency`` compares chains that name no place with the best chain of their sample that does; it asks about no other.
    """
    known = {sample.sample_id: sample for sample in samples if sizes.keys() >= set(sample.image_ids)}
    by_sample: defaultdict[str, list[Row]] = defaultdict(list)
    for row in {row["trace_id"]: row for row in rows}.values():
        by_sample[row["sample_id"]].append(row)
    asked = (_about(kind, known[name], found, sizes) for name, found in by_sample.items() if name in known)
    return [question for questions in asked for question in questions]


def _about(kind: JudgeKind, sample: Sample, rows: Sequence[Mapping[str, Any]], sizes: Sizes) -> Iterator[JudgeQuestion]:
    own_sizes = tuple(sizes[image_id] for image_id in sample.image_ids)
    reference: Chain | None = None
    if kind == JudgeKind.CONSISTENCY:
        reference = best_chain(sample, rows, own_sizes)
    for row in rows:
        trace = trace_from_row(row)
        if trace is not None and not (kind == JudgeKind.CONSISTENCY and trace.mentions):
            yield JudgeQuestion(row["trace_id"], kind, sample, trace, reference.trace if reference else None, own_sizes)
