"""Zero-shot: what the four sets share that UniVG-R1 (arXiv 2505.14231) is tested on without having been trained on them.

Boxes are pixels of the image, x1, y1, x2, y2. Of several boxes or frames the published evaluation looks at one alone, and so do these
loaders; ``meta`` keeps the record's field as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.base import Card
from data.benchmarks.published.material import FilesOfParts, Record
from data.sample import Task
from data.sources.problem import Problem, Reason, RowError, SourceImage
from data.sources.row import RowReader

SOURCE = "AMAP-ML/UniVG-R1 44868ea eval/zero_shot"
FRAME = 2
"""The frame of a video that is asked about, the third."""
CORNERS = ("x1", "y1", "x2", "y2")
METRICS = ("accuracy at IoU 0.5", "mean IoU")


class ZeroShot(AskedBenchmark):
    """One of the sets."""

    protocols = (STRICT, "zero-shot-univg")


def card_of(title: str, form: str, script: str, files: FilesOfParts, *, counts: dict[str, int] | None = None, images: int = 1) -> Card:
    """The card of one of the sets, whose records were seen only in the code that reads them."""
    return Card(
        title=title,
        form=form,
        space="pixel",
        counts=counts or {},
        metrics=METRICS,
        files=files,
        images=images,
        schema=f"{SOURCE}/{script}/eval.py, which reads it",
        is_verified=True,
        repository="GD-ML/UniVG-R1-data",
        licence="mit",
    )


def files_of(name: str) -> tuple[str, str]:
    """Where a file of the set is: in the folder, below it, or in the data set of the hub."""
    return name, f"zero_shot_evaluation/{name}"


def read_box(
    reader: RowReader, locator: str, asked: str, box: Sequence[Any], images: Sequence[SourceImage], category: str | None, **meta: Any
) -> Problem:
    """The problem whose answer is a box in pixels, of video frames in the third. Raises ``RowError``."""
    index = FRAME if len(images) > 1 else 0
    place = dict(zip(CORNERS, box, strict=True)) | {"image_index": index}
    row: Record = {"question": asked, "task": str(Task.BOX), "boxes": [place], "category": category}
    return replace(reader.read(locator, row, tuple(images)), meta=meta | {"record": locator}, occurrence=locator)


def four(value: Any, name: str) -> list[Any]:
    """The first four of what should be at least four numbers. Raises ``RowError``."""
    if not isinstance(value, list | tuple) or len(value) < len(CORNERS):
        raise RowError(Reason.WRONG_TYPE, f"{name} should be four numbers {', '.join(CORNERS)}, not {value!r:.100}")
    return list(value[: len(CORNERS)])


def third(values: Any, name: str) -> Any:
    """What a list has for the frame that is asked about. Raises ``RowError``."""
    if not isinstance(values, list | tuple) or len(values) <= FRAME:
        raise RowError(Reason.WRONG_TYPE, f"{name} should be a list of at least {FRAME + 1}, not {values!r:.100}")
    return values[FRAME]
