"""Calls: the tool call of a turn, and why one cannot be followed.

A call is JSON, ``{"name": "search_coordinate", "arguments": {"coordinate": [x, y]}}``, with ``"image": 2`` beside the coordinate where it
is not about the first image. A *fault* is what is wrong with one, in words that say what was asked for and what there is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from data.dialects.places import FARTHEST, is_outside, place_of
from data.space import Frame, Point
from data.trace import PlacedPoint, Zoom

TOOL = "search_coordinate"
LONGEST_QUOTE = 40
MARKS = re.compile(r"[<>|\s]+")
"""What is not quoted: it could be taken for a tag or a special token where the words are read again."""


class Fault(StrEnum):
    """What is wrong with a call; the reason begins with it and a colon."""

    FORM = "no thought with a tool call"
    """The turn is something other than a think block followed by one call."""
    JSON = "the tool call is not JSON"
    TOOL = "the tool call names no known tool"
    COORDINATE = "the tool call has no coordinate"
    """Two numbers, [x, y]."""
    IMAGE = "the tool call is about an image that is not there"
    OUTSIDE = "the tool call lies outside its image"
    SPENT = "the tool call comes after the last look"


def read_call(body: str, frames: Sequence[Frame]) -> tuple[Zoom | None, str | None]:
    """The look that a call asks for, and what is wrong with it; both where the place is off its image."""
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        return None, reason(Fault.JSON, quoted(body))
    name, arguments = (call.get("name"), call.get("arguments")) if isinstance(call, dict) else (None, None)
    if name != TOOL or not isinstance(arguments, dict):
        return None, reason(Fault.TOOL, f"{quoted(name if name != TOOL else arguments)}; there is {TOOL} with arguments")
    numbers, ordinal = arguments.get("coordinate"), arguments.get("image", 1)
    if not (isinstance(numbers, list) and len(numbers) == 2 and all(map(_is_coordinate, numbers))):
        return None, reason(Fault.COORDINATE, f"{quoted(numbers)} is not two numbers [x, y]")
    if type(ordinal) is not int or not 1 <= ordinal <= len(frames):
        return None, reason(Fault.IMAGE, f"image {quoted(ordinal)} of {len(frames)}")
    return _on_image(numbers, frames[ordinal - 1], ordinal - 1)


def write_call(zoom: Zoom, frames: Sequence[Frame]) -> str:
    """The call for a look, its numbers rounded in the model's space."""
    frame = frames[zoom.point.image_index]
    point = Point(zoom.point.x, zoom.point.y, frame.stored).to(frame.model)
    digits = frame.model.decimals or None
    arguments: dict[str, Any] = {"coordinate": [round(point.x, digits), round(point.y, digits)]}
    if zoom.point.image_index:
        arguments["image"] = zoom.point.image_index + 1
    return json.dumps({"name": TOOL, "arguments": arguments})


def reason(fault: Fault, detail: str) -> str:
    """A fault with what was asked for and what there is."""
    return f"{fault}: {detail}"


def quoted(said: Any) -> str:
    """The start of what was said, without what could be taken for more than words."""
    text = MARKS.sub(" ", said if isinstance(said, str) else str(said)[: 4 * LONGEST_QUOTE]).strip() or "nothing"
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def _on_image(numbers: Sequence[float], frame: Frame, index: int) -> tuple[Zoom | None, str | None]:
    point = place_of(numbers, frame, index)
    assert isinstance(point, PlacedPoint)
    if not is_outside(point, frame.stored.width, frame.stored.height):
        return Zoom(point), None
    wide, high = f"{frame.model.width:g}", f"{frame.model.height:g}"
    said = ", ".join(f"{number:g}" for number in numbers)
    return Zoom(point), reason(Fault.OUTSIDE, f"({said}) on image {index + 1}, where x runs from 0 to {wide} and y from 0 to {high}")


def _is_coordinate(number: Any) -> bool:
    return type(number) in (int, float) and abs(number) <= FARTHEST and math.isfinite(number)
