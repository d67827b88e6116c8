"""Sieve: why a chain is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import hypot

from data.dialects.places import Place, center, is_outside
from data.space import Frame
from data.trace import Step
from models.teacher.linearize.chain import Chain
from models.teacher.linearize.config import LinearizeConfig


class LeftOut(StrEnum):
    """The first word of a trace's ``left_out``; after a colon follows what it is about."""

    OUTSIDE = "outside"
    """It points off its image."""
    NO_DETOUR = "no_detour"
    """It would turn back from nothing: the wrong rollout answered at once."""
    FEW_STEPS = "few_steps"
    MANY_STEPS = "many_steps"
    LONG = "long"
    """It has more characters than ``most_characters``."""
    REPEATS = "repeats"
    """It points again where it pointed before, or says the same again without pointing anywhere."""
    DUPLICATE = "duplicate"
    """An earlier good chain of the tree has the same text."""
    NODE_FULL = "node_full"
    """Its node has ``chains_per_node`` already."""
    SHARE = "share"
    """There are enough corrected chains beside the direct ones, by ``corrected_share``."""
    TREE_FULL = "tree_full"
    """Its tree has ``chains_per_tree`` already."""

    def because(self, detail: str) -> str:
        """The reason as the table holds it."""
        return f"{self}: {detail}"


def fault(chain: Chain, steps: Sequence[Step], text: str, turn_back: Step, frames: Sequence[Frame], config: LinearizeConfig) -> str | None:
    """Why the chain is no good by itself, as ``steps`` with that text; None where it is."""
    return _outside(steps, frames) or _detour(chain, config) or _length(steps, text, config) or _repeats(chain.said_once(turn_back), config)


def _outside(steps: Sequence[Step], frames: Sequence[Frame]) -> str | None:
    for number, step in enumerate(steps, start=1):
        for place in (*(mention.place for mention in step.mentions), *(zoom.point for zoom in step.zooms)):
            if off := _off(place, frames):
                return LeftOut.OUTSIDE.because(f"step {number} points at {_at(place)} on {off}")
    return None


def _off(place: Place, frames: Sequence[Frame]) -> str | None:
    """The image that the place is not on."""
    if not 0 <= place.image_index < len(frames):
        return f"image {place.image_index + 1} of {len(frames)}"
    stored = frames[place.image_index].stored
    if not is_outside(place, stored.width, stored.height):
        return None
    return f"image {place.image_index + 1} of {stored.width:g}x{stored.height:g}"


def _detour(chain: Chain, config: LinearizeConfig) -> str | None:
    if chain.wrong == () and config.form == "once":
        return LeftOut.NO_DETOUR.because("the wrong rollout answered without a step of its own")
    return None


def _length(steps: Sequence[Step], text: str, config: LinearizeConfig) -> str | None:
    if len(steps) < config.least_steps:
        return LeftOut.FEW_STEPS.because(f"{len(steps)}, at least {config.least_steps} are wanted")
    if config.most_steps is not None and len(steps) > config.most_steps:
        return LeftOut.MANY_STEPS.because(f"{len(steps)}, at most {config.most_steps} are wanted")
    if config.most_characters is not None and len(text) > config.most_characters:
        return LeftOut.LONG.because(f"{len(text)} characters, at most {config.most_characters} are wanted")
    return None


def _repeats(steps: Sequence[Step], config: LinearizeConfig) -> str | None:
    if config.most_repeats is None:
        return None
    found = [note for number in range(1, len(steps)) if (note := _repeat(steps, number, config.same_point_px))]
    return LeftOut.REPEATS.because("; ".join(found)) if len(found) > config.most_repeats else None


def _repeat(steps: Sequence[Step], number: int, same_point_px: float) -> str | None:
    """What step ``number``, counted from 0, says again of an earlier one."""
    step = steps[number]
    for earlier, other in enumerate(steps[:number], start=1):
        if step.thought and not step.mentions and step.thought.casefold() == other.thought.casefold():
            return f"step {number + 1} says the words of step {earlier}"
        for mention in step.mentions:
            if any(is_near(mention.place, known.place, same_point_px) for known in other.mentions):
                return f"step {number + 1} points at {_at(mention.place)} as step {earlier} does"
    return None


def is_near(a: Place, b: Place, same_point_px: float) -> bool:
    """Whether two places are one: on one image, their points or centres nearer than so many pixels, or equal."""
    first, second = center(a), center(b)
    distance = hypot(first.x - second.x, first.y - second.y)
    return a.image_index == b.image_index and (distance < same_point_px or distance == 0)


def _at(place: Place) -> str:
    point = center(place)
    return f"({point.x:g}, {point.y:g})"
