"""Second: the second answer of an exam that shows what the first one looked at (``data.evidence``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data.dialects import get_dialect
from data.evidence import windows
from data.sample import Sample
from data.store.images import ImageReader
from data.trace import PlacedBox
from models.exams.exam import Exam, Response
from models.student.turn_rows import EMPTY


def shown_windows(exam: Exam, sample: Sample, first: Response, images: ImageReader) -> list[PlacedBox]:
    """What is cut out for the second question, by the boxes that the first answer and its thoughts name; none where it does not parse."""
    trace = get_dialect(first.dialect).parse_turns(list(first.said), exam.frames(sample, images), sample.task).trace
    if trace is None or exam.evidence is None:
        return []
    named = [mention.place for mention in trace.mentions if isinstance(mention.place, PlacedBox)]
    return windows([*named, *trace.answer.boxes], [images.size(name) for name in sample.image_ids], exam.evidence)


def joined(first: Response, second: Response, shown: Sequence[PlacedBox], sample: Sample) -> Response:
    """The second response behind the turns of the first; both are paid for."""
    looks = [EMPTY | {"role": "user", "image_id": sample.image_ids[box.image_index], "crop": _corners(box)} for box in shown]
    asked = [*looks[:-1], (looks[-1] if looks else EMPTY | {"role": "user"}) | {"text": second.prompt}]
    return replace(
        second,
        turns=[*first.turns, *asked, *second.turns[max(1, len(sample.image_ids)) :]],
        prompt_tokens=_sum(first.prompt_tokens, second.prompt_tokens),
        completion_tokens=_sum(first.completion_tokens, second.completion_tokens),
        image_tokens=_sum(first.image_tokens, second.image_tokens),
        request_ids=(*first.request_ids, *second.request_ids),
    )


def _corners(box: PlacedBox) -> list[Any]:
    return [box.x1, box.y1, box.x2, box.y2]


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
