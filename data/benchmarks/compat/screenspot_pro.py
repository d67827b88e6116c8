"""ScreenSpot-Pro: the point of a reply and whether it hits (likaixin2000/ScreenSpot-Pro-GUI-Grounding bd8bbbb).

Three ways to read a reply: ``models/qwen2vl.py``, whose numbers are thousandths; ``models/qwen2_5vl.py``, which writes on from a tool call
opened for it, in pixels of the resized image; and the point itself as JSON. Points come out as shares of width and height, neither
clamped nor finite for sure. ``eval_screenspot_pro.py`` judges them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

Point = list[float]
THOUSAND = 1000
BOX_START, BOX_END = "<|box_start|>", "<|box_end|>"
BOX = re.compile(r"<\|box_start\|>\((\d+),(\d+)\),\((\d+),(\d+)\)<\|box_end\|>")
NUMBER = re.compile(r"-?\d+\.?\d*")
CALL_OPENED = '{"arguments": {"coordinate": ['
"""What of the opened call decides how it goes on."""
CALL, CALL_END = "<tool_call>\n", "\n</tool_call>"
ABSENT = "target does not exist"
UNREAD = (LookupError, TypeError, ValueError)
"""What makes a call no point. ``OverflowError`` and ``RecursionError`` are not caught."""


def point_by_tokens(text: str) -> Point | None:
    """The centre of the last box between box tokens; in a text without both tokens its only two numbers, or four as a box.

    Raises ``OverflowError`` and ``ValueError`` on a box of too large numbers.
    """
    if BOX_START in text and BOX_END in text:
        found = BOX.findall(text)
        return _center([int(number) / THOUSAND for number in found[-1]]) if found else None
    numbers = [float(number) for number in NUMBER.findall(text)]
    if len(numbers) not in (2, 4):
        return None
    return [number / THOUSAND for number in (_center(numbers) if len(numbers) == 4 else numbers)]


def point_by_call(text: str, size: Sequence[float]) -> Point | None:
    """Two numbers, or the centre of four, of the call that the text ends, as shares of the resized size; what follows it is left off.

    Raises ``OverflowError`` on a number beyond floats and ``RecursionError`` on brackets nested too deep.
    """
    body = text[: text.rfind("}") + 1] or text
    try:
        call = json.loads(CALL_OPENED + body.partition(CALL)[0].partition(CALL_END)[0])
        place = call["arguments"]["coordinate"]
        x, y = _center(place) if len(place) == 4 else place
        return [x / size[0], y / size[1]]
    except UNREAD:
        return None


def point_by_json(text: str) -> Any:
    """What the text says as JSON, whatever that is; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def result(text: str, point: Point | None) -> str:
    """What a reply that may deny the target comes to: a point is positive, and only without one a denial is read."""
    if point is not None:
        return "positive"
    return "negative" if ABSENT in text.lower() else "wrong_format"


def hit(point: Any, box: Sequence[float], size: Sequence[float]) -> str:
    """Whether a point lies in a box of pixels, edges included; raises what comparing with that point raises."""
    if point is None:
        return "wrong_format"
    (x1, y1, x2, y2), (width, height) = box, size
    is_inside = x1 / width <= point[0] <= x2 / width and y1 / height <= point[1] <= y2 / height
    return "correct" if is_inside else "wrong"


def denial(result: str) -> str:
    """Whether a reply denies a target that is not there."""
    return {"negative": "correct", "positive": "wrong"}.get(result, "wrong_format")


def _center(box: Any) -> Point:
    x1, y1, x2, y2 = box
    return [(x1 + x2) / 2, (y1 + y2) / 2]
