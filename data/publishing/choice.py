"""Choice: which trace becomes a conversation, in which dialect, or why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from PIL import Image

from data.cropping import ZoomConfig
from data.dialects import Dialect, Loss, get_dialect
from data.dialects.places import is_outside
from data.identity import digest
from data.observing import TurnsConfig
from data.publishing.split import Splits
from data.rows import Row, trace_from_row
from data.sample import Sample
from data.space import Frame
from data.trace import Trace
from data.viewing import ViewConfig

TEXTUAL = "textual"
OWN_DIALECT = {"textualize": TEXTUAL}
"""Traces of these methods were written for one dialect, are published in no other, and go before others there."""


class Refusal(StrEnum):
    """Why a kept trace is no conversation."""

    NO_SAMPLE = "no_sample"
    """Its sample is not in the samples' version."""
    NOT_SELECTED = "not_selected"
    """Another candidate of its sample was selected instead, or it was left out when it was made."""
    LEAK_SPLIT = "leak_split"
    """Its training sample shares an image with one that is held out."""
    OTHER_DIALECT = "other_dialect"
    """It was written for a dialect that is not published."""
    NOT_CARRIED = "not_carried"
    """The dialect does not carry what its task needs."""
    OUTSIDE = "outside"
    """It looks at a place off its image."""
    TOO_MANY_LOOKS = "too_many_looks"
    """It looks closer more often than the student may."""
    DUPLICATE = "duplicate"
    """A trace of the same sample renders to the same text."""
    ENOUGH = "enough"
    """Its sample has ``traces_per_sample`` already."""
    BALANCE = "balance"
    """There is too much of its kind."""


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

    @property
    def turns(self) -> TurnsConfig:
        """How long it may go on looking."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A trace that is taken: its place among the traces, its ids, its dialect and split, and the locator of its refusal."""

    number: int
    trace_id: str
    sample_id: str
    method: str
    dialect: str
    split: str
    locator: str

    def refused(self, reason: Refusal, detail: str) -> Row:
        """The row of ``rejects`` where it is not taken after all."""
        return refusal(self.locator, f"publish {self.dialect}", reason, detail)


class Choice:
    """Takes traces one after another, and notes why it refuses one."""

    def __init__(
        self, samples: Mapping[str, Sample], splits: Splits, images: Images, student: Speaker, dialects: Sequence[str], most: int
    ) -> None:
        self.refused: list[Row] = []
        self._samples, self._splits, self._images, self._student = samples, splits, images, student
        self._dialects, self._most = dialects, most
        self._taken: Counter[tuple[str, str]] = Counter()
        self._texts: set[str] = set()

    def take(self, number: int, row: Mapping[str, Any]) -> Iterator[Pick]:
        """The trace as it is taken in each dialect."""
        sample, trace = self._samples.get(row["sample_id"]), trace_from_row(row)
        if sample is None:
            self._refuse(row, Refusal.NO_SAMPLE, f"sample {row['sample_id']}")
        elif row["selected"] is False:
            self._refuse(row, Refusal.NOT_SELECTED, row["left_out"] or f"sample {sample.sample_id}")
        elif sample.sample_id in self._splits.leaks:
            self._refuse(row, Refusal.LEAK_SPLIT, self._splits.leaks[sample.sample_id])
        elif not (dialects := dialects_of(row, self._dialects)):
            own = own_dialect(row)
            self._refuse(row, Refusal.OTHER_DIALECT, f"{row['method']} is published in {own} alone, not in {', '.join(self._dialects)}")
        elif trace is None:
            self._refuse(row, Refusal.NOT_CARRIED, "the trace could not be read")
        else:
            yield from self._fit(number, row, sample, trace, dialects)

    def _fit(self, number: int, row: Mapping[str, Any], sample: Sample, trace: Trace, dialects: Sequence[str]) -> Iterator[Pick]:
        frames = self._student.view.frames(map(self._images.size, sample.image_ids))
        for name in dialects:
            locator = row["trace_id"] if len(dialects) == 1 else f"{row['trace_id']}/{name}"
            split = self._splits.split[sample.sample_id]
            pick = Pick(number, row["trace_id"], sample.sample_id, row["method"], name, split, locator)
            against = self._against(sample, trace, frames, get_dialect(name))
            if against is None:
                yield pick
            else:
                self.refused.append(pick.refused(*against))

    def _against(self, sample: Sample, trace: Trace, frames: Sequence[Frame], dialect: Dialect) -> tuple[Refusal, str] | None:
        """What is against a trace in a dialect; it is counted as taken where nothing is."""
        carried = dialect.project(trace, frames, sample.task)
        if Loss.ANSWER in dialect.losses(carried, sample.task):
            return Refusal.NOT_CARRIED, f"{dialect.name} for task {sample.task}: {'; '.join(dialect.losses(trace, sample.task))}"
        if outside := _looks_outside(carried, frames):
            return Refusal.OUTSIDE, outside
        if (looks := sum(len(step.zooms) for step in carried.steps)) > self._student.turns.most_looks:
            return Refusal.TOO_MANY_LOOKS, f"{looks} looks, where the student may take {self._student.turns.most_looks}"
        key = digest(sample.sample_id, dialect.name, dialect.render(carried, frames, sample.task))
        if key in self._texts:
            return Refusal.DUPLICATE, f"sample {sample.sample_id}"
        if self._taken[sample.sample_id, dialect.name] >= self._most:
            return Refusal.ENOUGH, f"sample {sample.sample_id} has {self._most}"
        self._texts.add(key)
        self._taken[sample.sample_id, dialect.name] += 1
        return None

    def _refuse(self, row: Mapping[str, Any], reason: Refusal, detail: str) -> None:
        self.refused.append(refusal(row["trace_id"], f"publish {', '.join(self._dialects)}", reason, detail))


def dialects_of(row: Mapping[str, Any], dialects: Sequence[str]) -> list[str]:
    """The dialects, of those published, that a trace is for."""
    own = own_dialect(row)
    return [name for name in dialects if own in (None, name)]


def own_dialect(row: Mapping[str, Any]) -> str | None:
    """The only dialect of a trace: that of its method, or the one in words alone where it was written so; else None."""
    return OWN_DIALECT.get(row["method"] or "") or (TEXTUAL if row["dialect"] == TEXTUAL else None)


def refusal(locator: str, source: str, reason: Refusal, detail: str) -> Row:
    """A row of ``rejects`` without its run."""
    return {"locator": locator, "source": source, "reason": str(reason), "detail": detail}


def _looks_outside(trace: Trace, frames: Sequence[Frame]) -> str | None:
    """The first place off its image that the trace looks at."""
    for point in (zoom.point for step in trace.steps for zoom in step.zooms):
        stored = frames[point.image_index].stored
        if is_outside(point, stored.width, stored.height):
            return f"({point.x:g}, {point.y:g}) on image {point.image_index + 1} of {stored.width:g}x{stored.height:g}"
    return None
