"""Rewriting: says a chain of thoughts again with the part of the image in the place of each tag.

With temperature a sentence at times keeps its numbers in a form of its own, as language models do.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.teacher.embedded.brief import EXTENT, text_of

ASKED = re.compile(r"\bagain in words alone\b", re.IGNORECASE)
CHAIN = re.compile(r"^chain to say again:\n((?:- .*\n?)+)", re.IGNORECASE | re.MULTILINE)
ANSWER = re.compile(r"^its answer: (.*)$", re.IGNORECASE | re.MULTILINE)
TAG = re.compile(r"(?:image (\d+): )?<(point|box)>\[([^\]]*)\]</\2>")
FORMS = ("x={x:g}, y={y:g}", "{x:g}, {y:g}", "({x:g}, {y:g})", "coordinates {x:g} and {y:g}")
SLIP = 0.25
"""Share of sentences per unit of temperature that keep their numbers."""


def rewrite(messages: Sequence[Mapping[str, Any]], temperature: float, rng: random.Random) -> str | None:
    """The chain in words; None where the messages ask for something else."""
    text = "\n".join(text_of(message) for message in messages)
    chain, answer = CHAIN.search(text), ANSWER.search(text)
    if not ASKED.search(text) or chain is None:
        return None
    extents = {int(number): (float(x), float(y)) for number, x, y in EXTENT.findall(text)}
    lines = [line.removeprefix("- ") for line in chain[1].strip().splitlines()]
    said = "\n".join(_said(line, extents, slips=rng.random() < SLIP * temperature, rng=rng) for line in lines)
    return f"<think>\n{said}\n</think>\n<answer>{answer[1] if answer else ''}</answer>"


def _said(line: str, extents: Mapping[int, tuple[float, float]], *, slips: bool, rng: random.Random) -> str:
    def words(tag: re.Match[str]) -> str:
        image = int(tag[1] or 1)
        numbers = [float(number) for number in tag[3].split(",")]
        x, y = sum(numbers[0::2]) / (len(numbers) // 2), sum(numbers[1::2]) / (len(numbers) // 2)
        if slips:
            return rng.choice(FORMS).format(x=x, y=y)
        return _part(x, y, extents.get(image, (1.0, 1.0))) + (f" of image {image}" if len(extents) > 1 else "")

    return TAG.sub(words, line)


def _part(x: float, y: float, extent: tuple[float, float]) -> str:
    row = ("top", "middle", "bottom")[min(max(int(3 * y / extent[1]), 0), 2)]
    column = ("left", "center", "right")[min(max(int(3 * x / extent[0]), 0), 2)]
    return "the center" if (row, column) == ("middle", "center") else f"the {row} {column}"
