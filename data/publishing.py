"""Publishing: kept traces become training conversations, the rows of ``sft``.

A *refusal* is a kept trace that becomes none, as a row of ``rejects`` (without ``run_id``) whose locator is the trace's id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from PIL import Image

from data.conversation import conversation
from data.curation.config import PublishConfig
from data.dialects import Dialect, Loss, get_dialect
from data.identity import digest
from data.images import png
from data.rows import Row, trace_from_row
from data.sample import Sample
from data.space import Frame
from data.trace import Trace, Zoom
from data.viewing import ViewConfig

TRAIN, VALIDATION = "train", "validation"
CROP_SHARE = 0.25
"""Sides of a crop as shares of the image's."""
CROP_SIDE = 336
"""The longer side of an enlarged crop in pixels."""


class Refusal(StrEnum):
    """Why a kept trace is no conversation."""

    NO_SAMPLE = "no_sample"
    """Its sample is not in the samples' version."""
    NOT_SELECTED = "not_selected"
    """Another candidate of its sample was selected instead."""
    NOT_CARRIED = "not_carried"
    """The dialect does not carry what its task needs."""
    DUPLICATE = "duplicate"
    """A trace of the same sample renders to the same text."""
    ENOUGH = "enough"
    """Its sample has ``traces_per_sample`` already."""


class Images(Protocol):
    """What gives stored images."""

    def bytes(self, image_id: str) -> bytes:
        """The stored bytes."""

    def size(self, image_id: str) -> tuple[int, int]:
        """Oriented width and height in pixels."""

    def open(self, image_id: str) -> Image.Image:
        """RGB and upright."""


class Speaker(Protocol):
    """A student's settings."""

    @property
    def dialect(self) -> str:
        """The name of its dialect."""

    @property
    def prompt(self) -> str:
        """The name of its prompt."""

    @property
    def view(self) -> ViewConfig:
        """How it sees."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A trace, as the dialect carries it, that becomes a conversation."""

    trace_id: str
    sample: Sample
    trace: Trace
    frames: tuple[Frame, ...]


def publish_rows(
    samples: Iterable[Sample],
    traces: Iterable[Mapping[str, Any]],
    verdicts: Iterable[Mapping[str, Any]],
    images: Images,
    student: Speaker,
    config: PublishConfig,
) -> tuple[Iterator[Row], list[Row]]:
    """The rows of ``sft``, made one after another as they are taken, and the refusals.

    A student with another dialect than the config's is asked in the config's.
    """
    dialect = get_dialect(config.dialect or student.dialect)
    kept = {verdict["trace_id"] for verdict in verdicts if verdict["kept"]}
    rows = sorted(
        (row for row in traces if row["trace_id"] in kept), key=lambda row: (row["sample_id"], row["candidate"] or 0, row["trace_id"])
    )
    choice = _Choice({sample.sample_id: sample for sample in samples}, images, student.view, dialect, config.traces_per_sample)
    chosen = [one for row in rows if (one := choice.take(row)) is not None]
    return (sft_row(one, images, student.prompt, dialect, config.validation_share) for one in chosen), choice.refused


def sft_row(chosen: Chosen, images: Images, prompt: str, dialect: Dialect, validation_share: float) -> Row:
    """A conversation with its images inline: those of the sample in order, then the crops that its turns show."""
    sample = chosen.sample
    stored = [{"bytes": images.bytes(image_id), "path": None} for image_id in sample.image_ids]
    crops = [{"bytes": png(crop_image(images, sample, zoom)), "path": None} for step in chosen.trace.steps for zoom in step.zooms]
    return {
        "trace_id": chosen.trace_id,
        "dialect": dialect.name,
        "sample_id": sample.sample_id,
        "split": split_of(sample, validation_share),
        "messages": conversation(sample, chosen.trace, prompt, dialect.name, chosen.frames),
        "images": stored + crops,
    }


def split_of(sample: Sample, validation_share: float) -> str:
    """The sample's own split; of ``train``, a share chosen by a hash of the id is ``validation``."""
    share = int(digest(VALIDATION, sample.sample_id)[:13], 16) / 16**13
    return VALIDATION if sample.split == TRAIN and share < validation_share else sample.split


def crop_image(images: Images, sample: Sample, zoom: Zoom) -> Image.Image:
    """What a zoom shows: a quarter of each side around the point, moved to lie on the image, and enlarged."""
    image = images.open(sample.image_ids[zoom.point.image_index])
    sides = [max(1, round(side * CROP_SHARE)) for side in image.size]
    middles = (zoom.point.x, zoom.point.y)
    starts = [round(min(max(middle - side / 2, 0), whole - side)) for middle, side, whole in zip(middles, sides, image.size, strict=True)]
    scale = CROP_SIDE / max(sides)
    size = (max(1, round(sides[0] * scale)), max(1, round(sides[1] * scale)))
    return image.crop((starts[0], starts[1], starts[0] + sides[0], starts[1] + sides[1])).resize(size, Image.Resampling.BICUBIC)


class _Choice:
    """Takes traces one after another, and notes why it refuses one."""

    def __init__(self, samples: Mapping[str, Sample], images: Images, view: ViewConfig, dialect: Dialect, most: int) -> None:
        self.refused: list[Row] = []
        self._samples, self._images, self._view, self._dialect, self._most = samples, images, view, dialect, most
        self._taken: Counter[str] = Counter()
        self._texts: set[str] = set()

    def take(self, row: Mapping[str, Any]) -> Chosen | None:
        """The trace as it will be rendered, or None and a refusal."""
        sample, trace = self._samples.get(row["sample_id"]), trace_from_row(row)
        if sample is None or trace is None:
            reason = Refusal.NO_SAMPLE if sample is None else Refusal.NOT_CARRIED
            return self._refuse(row, reason, f"sample {row['sample_id']}" if sample is None else "the trace could not be read")
        if row["selected"] is False:
            return self._refuse(row, Refusal.NOT_SELECTED, f"sample {sample.sample_id}")
        return self._fit(row, sample, trace)

    def _fit(self, row: Mapping[str, Any], sample: Sample, trace: Trace) -> Chosen | None:
        frames = self._view.frames(map(self._images.size, sample.image_ids))
        carried = self._dialect.project(trace, frames, sample.task)
        if Loss.ANSWER in self._dialect.losses(carried, sample.task):
            detail = f"{self._dialect.name} for task {sample.task}: {'; '.join(self._dialect.losses(trace, sample.task))}"
            return self._refuse(row, Refusal.NOT_CARRIED, detail)
        key = digest(sample.sample_id, self._dialect.render(carried, frames, sample.task))
        if key in self._texts:
            return self._refuse(row, Refusal.DUPLICATE, f"sample {sample.sample_id}")
        if self._taken[sample.sample_id] >= self._most:
            return self._refuse(row, Refusal.ENOUGH, f"sample {sample.sample_id} has {self._most}")
        self._texts.add(key)
        self._taken[sample.sample_id] += 1
        return Chosen(row["trace_id"], sample, carried, frames)

    def _refuse(self, row: Mapping[str, Any], reason: Refusal, detail: str) -> Chosen | None:
        self.refused.append(
            {"locator": row["trace_id"], "source": f"publish {self._dialect.name}", "reason": str(reason), "detail": detail}
        )
        return None
