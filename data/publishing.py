"""Publishing: kept traces become training conversations, the rows of ``sft``.

A *refusal* is a kept trace that becomes none, as a row of ``rejects`` (without ``run_id``) whose locator is the trace's id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from PIL import Image

from data.conversation import conversation
from data.cropping import ZoomConfig, crop_image
from data.curation.config import PublishConfig
from data.dialects import Dialect, Loss, get_dialect
from data.dialects.places import is_outside
from data.identity import digest
from data.images import png
from data.rows import Row, trace_from_row
from data.sample import Sample
from data.space import Frame
from data.trace import Trace, Zoom
from data.viewing import ViewConfig

TRAIN, VALIDATION = "train", "validation"


class Refusal(StrEnum):
    """Why a kept trace is no conversation."""

    NO_SAMPLE = "no_sample"
    """Its sample is not in the samples' version."""
    NOT_SELECTED = "not_selected"
    """Another candidate of its sample was selected instead."""
    NOT_CARRIED = "not_carried"
    """The dialect does not carry what its task needs."""
    OUTSIDE = "outside"
    """It looks at a place off its image."""
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

    @property
    def zoom(self) -> ZoomConfig:
        """How it looks closer."""


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
    return (sft_row(one, images, student, dialect, config.validation_share) for one in chosen), choice.refused


def sft_row(chosen: Chosen, images: Images, student: Speaker, dialect: Dialect, validation_share: float) -> Row:
    """A conversation with its images inline: those of the sample in order, then the crops that its turns show."""
    sample = chosen.sample
    stored = [{"bytes": images.bytes(image_id), "path": None} for image_id in sample.image_ids]
    crops = [{"bytes": png(closer_look(images, sample, zoom, student.zoom)), "path": None} for zoom in _looks(chosen.trace)]
    return {
        "trace_id": chosen.trace_id,
        "dialect": dialect.name,
        "sample_id": sample.sample_id,
        "split": split_of(sample, validation_share),
        "messages": conversation(sample, chosen.trace, student.prompt, dialect.name, chosen.frames),
        "images": stored + crops,
    }


def split_of(sample: Sample, validation_share: float) -> str:
    """The sample's own split; of ``train``, a share chosen by a hash of the id is ``validation``."""
    share = int(digest(VALIDATION, sample.sample_id)[:13], 16) / 16**13
    return VALIDATION if sample.split == TRAIN and share < validation_share else sample.split


def closer_look(images: Images, sample: Sample, zoom: Zoom, config: ZoomConfig) -> Image.Image:
    """What a zoom shows. Raises ``ValueError`` where its point lies off its image."""
    return crop_image(images.open(sample.image_ids[zoom.point.image_index]), zoom.point.x, zoom.point.y, config)


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
        if outside := _looks_outside(carried, frames):
            return self._refuse(row, Refusal.OUTSIDE, outside)
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


def _looks(trace: Trace) -> list[Zoom]:
    return [zoom for step in trace.steps for zoom in step.zooms]


def _looks_outside(trace: Trace, frames: Sequence[Frame]) -> str | None:
    """The first place off its image that the trace looks at."""
    for zoom in _looks(trace):
        point, stored = zoom.point, frames[zoom.point.image_index].stored
        if is_outside(point, stored.width, stored.height):
            return f"({point.x:g}, {point.y:g}) on image {point.image_index + 1} of {stored.width:g}x{stored.height:g}"
    return None
