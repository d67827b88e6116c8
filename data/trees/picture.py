"""Picture: a laid out tree beside its images, as pixels.

A node's bar is its mean reward; the wider a line, the more visits went that way. Right answers and rollouts are green, wrong ones red, and
what was asked for and not taken into the tree is dashed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from data.drawing import Ink
from data.trees.layout import HEIGHT, WIDTH, Box, Dot, Layout, Link

SCALE = 2
"""Pixels of the picture for one of the layout, so that small print can be read."""
WIDEST_IMAGES = 720
"""Images that are no wider together than this many pixels are enlarged with the tree."""
MARGIN = 16.0
BAR = 5.0
PAD = 9.0
DOT = 4.5
RIGHT, WRONG, UNKNOWN = "#1a9850", "#c0392b", "#9aa1ad"
INK, SOFT, LINE, PAPER = "#1d2129", "#5b6372", "#b9c3dd", "#fbfcfe"
BACK = {True: "#eaf6ee", False: "#fbeceb", None: PAPER}
"""Of a right and a wrong answer, and of a thought."""
WIDEST_LINE = 7.0
"""Width of a line that every visit took."""


def draw_tree(layout: Layout, images: Image.Image | None) -> Image.Image:
    """The tree, right of its images with their marks where there are any."""
    if images and images.width <= WIDEST_IMAGES:
        images = images.resize((images.width * SCALE, images.height * SCALE), Image.Resampling.LANCZOS)
    left = images.width + 2 * MARGIN * SCALE if images else 0
    width, height = ((side + 2 * MARGIN) * SCALE for side in (layout.width, layout.height))
    sheet = Image.new("RGB", (round(left + width), round(max(height, images.height + 2 * MARGIN * SCALE if images else 0))), "white")
    if images:
        sheet.paste(images, (round(MARGIN * SCALE), round(MARGIN * SCALE)))
    pen = _Pen(ImageDraw.Draw(sheet), left + MARGIN * SCALE, MARGIN * SCALE)
    for link in layout.links:
        pen.link(link)
    for box in layout.boxes:
        pen.box(box)
    return sheet


class _Pen:
    """Draws in the layout's pixels."""

    def __init__(self, draw: ImageDraw.ImageDraw, left: float, top: float) -> None:
        self._draw = draw
        self._left = left
        self._top = top
        self._font = ImageFont.load_default(11 * SCALE)
        self._small = ImageFont.load_default(10 * SCALE)

    def link(self, link: Link) -> None:
        points = _curve(link.start, link.end)
        width = round(max(1.0, WIDEST_LINE * link.share) * SCALE)
        if link.is_dropped:
            for start, end in list(pairwise(points))[::2]:
                self._draw.line([self._at(*start), self._at(*end)], fill=UNKNOWN, width=SCALE)
        else:
            self._draw.line([self._at(*point) for point in points], fill=LINE, width=width, joint="curve")

    def box(self, box: Box) -> None:
        corners = (*self._at(box.x, box.y), *self._at(box.x + WIDTH, box.y + HEIGHT))
        self._draw.rounded_rectangle(corners, 7 * SCALE, fill=BACK[box.is_right])
        if box.is_dropped:
            self._dashed(box)
        else:
            self._draw.rounded_rectangle(corners, 7 * SCALE, outline=LINE, width=SCALE)
            self._bar(box)
        self._words(box)
        for place, dot in enumerate(box.dots):
            self._dot(box, place, dot)

    def _words(self, box: Box) -> None:
        x = box.x + PAD
        if box.number is not None:
            self._number(box, box.number)
        for number, line in enumerate(box.lines):
            indent = 20.0 if box.number is not None and number == 0 else 0.0
            self._draw.text(self._at(x + indent, box.y + 7 + 15 * number), line, fill=SOFT if box.is_dropped else INK, font=self._font)
        self._draw.text(self._at(x, box.y + HEIGHT - 25), box.footer, fill=SOFT, font=self._small)

    def _number(self, box: Box, number: int) -> None:
        self._draw.rounded_rectangle(
            (*self._at(box.x + PAD - 1, box.y + 7), *self._at(box.x + PAD + 16, box.y + 20)), 3 * SCALE, fill=Ink.MENTION.value
        )
        self._draw.text(self._at(box.x + PAD + 7.5, box.y + 13.5), str(number), fill="white", font=self._small, anchor="mm")

    def _bar(self, box: Box) -> None:
        if box.value is None:
            return
        left, top = self._at(box.x + PAD, box.y + HEIGHT - BAR - 4)
        whole = (WIDTH - 2 * PAD) * SCALE
        self._draw.rectangle((left, top, left + whole, top + BAR * SCALE), fill="#e7e9ee")
        if box.value > 0:
            self._draw.rectangle((left, top, left + whole * min(box.value, 1.0), top + BAR * SCALE), fill=RIGHT)

    def _dot(self, box: Box, place: int, dot: Dot) -> None:
        x, y = self._at(box.x + WIDTH - PAD - DOT - place * 13, box.y + HEIGHT - 19)
        color = {True: RIGHT, False: WRONG, None: UNKNOWN}[dot.is_right]
        self._draw.ellipse((x - DOT * SCALE, y - DOT * SCALE, x + DOT * SCALE, y + DOT * SCALE), fill=color)

    def _dashed(self, box: Box) -> None:
        left, top, right, bottom = box.x, box.y, box.x + WIDTH, box.y + HEIGHT
        for x in _steps(left, right):
            for y in (top, bottom):
                self._draw.line([self._at(x, y), self._at(min(x + 5, right), y)], fill=UNKNOWN, width=SCALE)
        for y in _steps(top, bottom):
            for x in (left, right):
                self._draw.line([self._at(x, y), self._at(x, min(y + 5, bottom))], fill=UNKNOWN, width=SCALE)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self._left + x * SCALE, self._top + y * SCALE


def _curve(start: tuple[float, float], end: tuple[float, float], count: int = 24) -> list[tuple[float, float]]:
    """Points of the curve that leaves and arrives level."""
    (x1, y1), (x2, y2) = start, end
    shares = [number / count for number in range(count + 1)]
    return [(x1 + (x2 - x1) * share, y1 + (y2 - y1) * share * share * (3 - 2 * share)) for share in shares]


def _steps(first: float, last: float) -> Sequence[float]:
    return [first + 10 * number for number in range(int((last - first) // 10) + 1)]
