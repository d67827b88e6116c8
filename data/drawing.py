"""Drawing: places drawn on a picture, so that a person sees what a model pointed at.

Known boxes are green (evidence dashed), a model's boxes and points orange, mentions of a chain blue with their number in order. Small
pictures are enlarged, so that lines and numbers stay readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageDraw, ImageFont, ImageOps

from data.trace import PlacedBox, PlacedPoint

SHORTEST_SIDE = 320
"""Pictures with a shorter side than this are enlarged by a whole number."""
LONGEST_SIDE = 960
"""Pictures with a longer side are made smaller."""
FAR = 4_096.0
"""Pixels; what lies further is drawn there, outside of every picture."""
DASH = 6
KNOWN_OUTSIDE = 4
"""Pixels by which a known box is drawn outside of its place, so that a model's box on the same place does not cover it."""
LOOK_SIDE = 150
"""Pixels of the longer side of a crop under a picture."""
GAP = 12
"""Pixels between the pictures of a sample of several images."""


class Ink(StrEnum):
    """What a mark is, and its colour."""

    KNOWN = "#1a9850"
    """A known answer."""
    MODEL = "#f46d00"
    """What a model answered."""
    MENTION = "#1f6feb"
    """A place a chain of thought names."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to draw, in pixels of the stored image."""

    place: PlacedPoint | PlacedBox
    ink: Ink
    number: int | None = None
    """Written beside the place."""
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A place seen closely."""

    crop: Image.Image
    number: int | None = None
    """Of the mark on the whole image."""


def draw(images: Sequence[Image.Image], marks: Sequence[Mark]) -> Image.Image:
    """The images side by side with their marks; marks on an image that is not there are left out."""
    drawn = [_draw_one(image, [mark for mark in marks if mark.place.image_index == index]) for index, image in enumerate(images)]
    return _side_by_side(drawn)


def with_looks(picture: Image.Image, looks: Sequence[Look]) -> Image.Image:
    """The picture with the looks beside it where it is as high as wide, else in rows under it; they are framed like mentions."""
    if not looks:
        return picture
    is_beside = picture.height >= picture.width
    size = LOOK_SIDE + GAP
    in_line = max(1, (picture.height if is_beside else picture.width) // size)
    lines, longest = -(-len(looks) // in_line), min(in_line, len(looks)) * size
    if is_beside:
        sheet = Image.new("RGB", (picture.width + lines * size, max(picture.height, longest)), "white")
    else:
        sheet = Image.new("RGB", (max(picture.width, longest), picture.height + lines * size), "white")
    sheet.paste(picture, (0, 0))
    for place, look in enumerate(looks):
        along, across = place % in_line * size, place // in_line * size + GAP
        _paste_look(sheet, look, *((picture.width + across, along) if is_beside else (along, picture.height + across)))
    return sheet


def _paste_look(sheet: Image.Image, look: Look, x: int, y: int) -> None:
    crop = ImageOps.contain(look.crop, (LOOK_SIDE, LOOK_SIDE))
    sheet.paste(crop, (x, y))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((x, y, x + crop.width - 1, y + crop.height - 1), outline=Ink.MENTION.value, width=2)
    _number(pen, Mark(PlacedPoint(0, 0), Ink.MENTION, look.number), x + 4, y + 14)


def scale_of(image: Image.Image) -> float:
    """By how much a picture is enlarged or reduced."""
    if max(image.size) > LONGEST_SIDE:
        return LONGEST_SIDE / max(image.size)
    return float(max(1, -(-SHORTEST_SIDE // min(image.size))))


def _draw_one(image: Image.Image, marks: Sequence[Mark]) -> Image.Image:
    scale = scale_of(image)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    resample = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.LANCZOS
    picture = image.convert("RGB").resize(size, resample)
    pen = ImageDraw.Draw(picture)
    for mark in marks:
        if isinstance(mark.place, PlacedBox):
            _box(pen, mark, mark.place, scale)
        else:
            _point(pen, mark, mark.place, scale)
    return picture


def _box(pen: ImageDraw.ImageDraw, mark: Mark, box: PlacedBox, scale: float) -> None:
    left, right = sorted((_near(box.x1 * scale), _near(box.x2 * scale)))
    top, bottom = sorted((_near(box.y1 * scale), _near(box.y2 * scale)))
    if mark.is_dashed:
        _dashed(pen, (left, top, right, bottom), mark.ink)
    else:
        out = KNOWN_OUTSIDE if mark.ink is Ink.KNOWN else 1
        pen.rectangle((left - out - 1, top - out - 1, right + out + 1, bottom + out + 1), outline="white", width=5)
        pen.rectangle((left - out, top - out, right + out, bottom + out), outline=mark.ink.value, width=3)
    _number(pen, mark, left, top)


def _near(coordinate: float) -> float:
    """The coordinate, or the nearest one worth drawing: a model may say anything."""
    return min(max(coordinate, -FAR), FAR) if coordinate == coordinate else -FAR


def _dashed(pen: ImageDraw.ImageDraw, corners: tuple[float, float, float, float], ink: Ink) -> None:
    left, top, right, bottom = corners
    for start in range(0, max(1, int(right - left)), 2 * DASH):
        end = min(left + start + DASH, right)
        pen.line((left + start, top, end, top), fill=ink.value, width=2)
        pen.line((left + start, bottom, end, bottom), fill=ink.value, width=2)
    for start in range(0, max(1, int(bottom - top)), 2 * DASH):
        end = min(top + start + DASH, bottom)
        pen.line((left, top + start, left, end), fill=ink.value, width=2)
        pen.line((right, top + start, right, end), fill=ink.value, width=2)


def _point(pen: ImageDraw.ImageDraw, mark: Mark, point: PlacedPoint, scale: float) -> None:
    x, y, radius = _near(point.x * scale), _near(point.y * scale), 6
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=mark.ink.value, outline="white", width=2)
    _number(pen, mark, x + radius, y - radius)


def _number(pen: ImageDraw.ImageDraw, mark: Mark, x: float, y: float) -> None:
    if mark.number is None:
        return
    font = ImageFont.load_default(14)
    text = str(mark.number)
    left, top, right, bottom = pen.textbbox((x + 3, y - 10), text, font=font)
    pen.rectangle((left - 3, top - 2, right + 3, bottom + 2), fill=mark.ink.value)
    pen.text((x + 3, y - 10), text, fill="white", font=font)


def _side_by_side(pictures: Sequence[Image.Image]) -> Image.Image:
    if len(pictures) == 1:
        return pictures[0]
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) - 1)
    sheet = Image.new("RGB", (max(1, width), max((picture.height for picture in pictures), default=1)), "white")
    x = 0
    for picture in pictures:
        sheet.paste(picture, (x, 0))
        x += picture.width + GAP
    return sheet
