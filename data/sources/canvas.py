"""Canvas: random scenes of coloured shapes whose boxes are exact.

A *scene* is an image and its objects, a *canvas* the measures it is drawn with. A *band* is how hard the scene is to read: ``easy`` has
distinct colours, ``medium`` gives every object a neighbour of its own colour, ``hard`` has small objects on a large canvas, ``tiny`` has
objects of distinct colours whose shapes show only from close by. Colour and shape together name one object.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageDraw

from data.space import Box, Point, Space

COLORS: dict[str, tuple[int, int, int]] = {
    "red": (220, 30, 30),
    "green": (30, 170, 50),
    "blue": (40, 70, 230),
    "yellow": (235, 205, 30),
    "purple": (150, 50, 190),
    "black": (20, 20, 20),
}
"""Name to RGB."""
SHAPES = ("circle", "square", "triangle", "cross")
NAMES = tuple((color, shape) for color in COLORS for shape in SHAPES)
"""Every colour with every shape."""
GREYS = (200, 255)
"""The range of the background."""
CLEARANCE = 1.15
"""Centres are at least this times the sum of their radii apart; boxes never overlap."""
ARM = 0.4
"""Width of a cross's arm as part of its side."""
TRIES = 50


class Band(StrEnum):
    """How hard a scene is to read."""

    EASY = "easy"
    """No two objects share a colour."""
    MEDIUM = "medium"
    """Every object has another of its colour, so that the shape is needed."""
    HARD = "hard"
    """Small objects, many of them, on a large canvas."""
    TINY = "tiny"
    """No two objects share a colour; on a canvas made small for the tiny student they are specks of 3 to 4 pixels."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The measures of a band: side in pixels, least and most objects, least and most radius as parts of the side."""

    size: int
    objects: tuple[int, int]
    radius: tuple[float, float]


CANVASES = {
    Band.EASY: Canvas(112, (3, 6), (0.07, 0.13)),
    Band.MEDIUM: Canvas(112, (4, 6), (0.07, 0.13)),
    Band.HARD: Canvas(224, (5, 8), (0.04, 0.07)),
    Band.TINY: Canvas(448, (3, 6), (0.012, 0.02)),
}


@dataclass(frozen=True, slots=True)
class SceneObject:
    """A drawn shape; its box holds its pixels tightly."""

    color: str
    shape: str
    box: Box

    @property
    def name(self) -> str:
        """For example ``red circle``."""
        return f"{self.color} {self.shape}"

    @property
    def center(self) -> Point:
        return self.box.center


@dataclass(frozen=True, slots=True)
class Scene:
    """An image and what was drawn on it."""

    image: Image.Image
    objects: tuple[SceneObject, ...]
    grey: int = 255
    """The background."""


def draw_scene(rng: random.Random, band: str, names: Sequence[tuple[str, str]] | None = None) -> Scene:
    """A scene of at least the band's least number of objects, or of exactly the (colour, shape) names given."""
    canvas = CANVASES[Band(band)]
    wanted = len(names) if names is not None else canvas.objects[0]
    while True:
        objects = _place_all(rng, canvas, names if names is not None else _draw_names(rng, Band(band), canvas))
        if len(objects) >= wanted:
            return paint(objects, canvas.size, rng.randint(*GREYS))


def paint(objects: Sequence[SceneObject], size: int, grey: int) -> Scene:
    """Objects on a square canvas of ``size`` pixels."""
    image = Image.new("RGB", (size, size), (grey, grey, grey))
    pen = ImageDraw.Draw(image)
    for item in objects:
        _draw(pen, item)
    return Scene(image, tuple(objects), grey)


def _draw_names(rng: random.Random, band: Band, canvas: Canvas) -> list[tuple[str, str]]:
    count = rng.randint(*canvas.objects)
    if band in (Band.EASY, Band.TINY):
        return [(color, rng.choice(SHAPES)) for color in rng.sample(list(COLORS), count)]
    if band is Band.MEDIUM:
        colors = rng.sample(list(COLORS), count // 2)
        sizes = [2] * (len(colors) - 1) + [2 + count % 2]
        return [(color, shape) for color, size in zip(colors, sizes, strict=True) for shape in rng.sample(SHAPES, size)]
    return rng.sample(NAMES, count)


def _place_all(rng: random.Random, canvas: Canvas, names: Sequence[tuple[str, str]]) -> list[SceneObject]:
    """Objects in places that keep clear of each other; one that finds no place is left out."""
    objects: list[SceneObject] = []
    for color, shape in names:
        boxes = (_random_box(rng, canvas) for _ in range(TRIES))
        box = next((box for box in boxes if all(_is_clear(box, other.box) for other in objects)), None)
        if box is not None:
            objects.append(SceneObject(color, shape, box))
    return objects


def _random_box(rng: random.Random, canvas: Canvas) -> Box:
    side = round(2 * rng.uniform(*canvas.radius) * canvas.size)
    x, y = rng.randint(0, canvas.size - side), rng.randint(0, canvas.size - side)
    return Box(x, y, x + side, y + side, Space.pixels(canvas.size, canvas.size))


def _is_clear(a: Box, b: Box) -> bool:
    if min(a.x2, b.x2) > max(a.x1, b.x1) and min(a.y2, b.y2) > max(a.y1, b.y1):
        return False
    gap = CLEARANCE * (a.x2 - a.x1 + b.x2 - b.x1) / 2
    return (a.center.x - b.center.x) ** 2 + (a.center.y - b.center.y) ** 2 > gap**2


def _draw(pen: ImageDraw.ImageDraw, item: SceneObject) -> None:
    """Fill the pixels of the box: Pillow's corners are inclusive, ours are not."""
    left, top, right, bottom = item.box.x1, item.box.y1, item.box.x2 - 1, item.box.y2 - 1
    color = COLORS[item.color]
    if item.shape == "circle":
        pen.ellipse((left, top, right, bottom), fill=color)
    elif item.shape == "square":
        pen.rectangle((left, top, right, bottom), fill=color)
    elif item.shape == "triangle":
        pen.polygon([((left + right) / 2, top), (left, bottom), (right, bottom)], fill=color)
    else:
        inset = round((right - left) * (1 - ARM) / 2)
        pen.rectangle((left, top + inset, right, bottom - inset), fill=color)
        pen.rectangle((left + inset, top, right - inset, bottom), fill=color)
