"""Boxes: those that a rollout names, and those that its sample knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from data.benchmarks.compat.ivgr_grounded import tight
from data.benchmarks.compat.treebench import in_order, named
from data.sample import Sample
from data.scoring.dual import Dual, dual_iou
from data.space import Frame
from data.trace import PlacedBox
from models.training.rollout import Group, Rollout, Stream
from models.training.written import Corners, written_box

BoxReading = Literal["strict", "ivgr"]
"""``strict`` takes the boxes that the dialect reads, in pixels; ``ivgr`` those in box tags, in the policy's units, as if on one image."""

LARGEST = 10**300


def named_boxes(rollout: Rollout, reading: BoxReading) -> list[PlacedBox]:
    """The boxes of the whole text, the answer's included."""
    if reading == "ivgr":
        return [_placed(corners) for corners in _published(rollout.text)]
    trace = rollout.parsed.trace
    return [*thought_boxes(rollout), *trace.answer.boxes] if trace is not None else []


def thought_boxes(rollout: Rollout) -> list[PlacedBox]:
    """The boxes of the thoughts, as the dialect reads them."""
    mentions = rollout.parsed.trace.mentions if rollout.parsed.trace is not None else ()
    return [mention.place for mention in mentions if isinstance(mention.place, PlacedBox)]


def known_boxes(sample: Sample, reading: BoxReading, frames: Sequence[Frame]) -> list[PlacedBox]:
    """The evidence, or all boxes where no evidence is known."""
    known = sample.evidence_boxes or sample.boxes
    return [_placed(written_box(box, frames)) for box in known] if reading == "ivgr" else list(known)


def box_figures(group: Group, reading: BoxReading, frames: Sequence[Frame]) -> list[Dual]:
    """How the named boxes of each rollout fit the known ones; empty where none is known, or the stream names none."""
    known = known_boxes(group.sample, reading, frames)
    if group.stream == Stream.TEXTUAL:
        return []
    found = (dual_iou(named_boxes(rollout, reading), known) for rollout in group.rollouts)
    return [figures for figures in found if figures is not None]


def _published(text: str) -> list[Corners]:
    """None where one number is too long to be read, as the published code then fails; boxes that no float holds are left out."""
    try:
        return [corners for corners in in_order(named(tight(text))) if max(corners) < LARGEST]
    except ValueError:
        return []


def _placed(corners: Corners) -> PlacedBox:
    x1, y1, x2, y2 = corners
    return PlacedBox(x1, y1, x2, y2)
