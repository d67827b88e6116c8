"""Coordinates: places that a text gives as numbers, in whatever form, for what must be free of them.

Looked for are tags of places, brackets with two numbers or more, numbers called x, y or a coordinate, counts of pixels, shares of the
width or height, and bare pairs such as ``at 34, 56``. A number that counts things (``two``, ``3 birds``, ``1,200``) is none.
"""

from __future__ import annotations

import re

NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)"
COMMA = r"\s*[,，、;；|/ ]\s*"
PLACE_WORDS = "at|around|near|from|to|position|positioned|point|location|located|pixel|pixels|corner|corners|center|centre|is"
FORMS = (
    r"</?(?:\|)?\s*(?:box|bbox|points?|quad|polygon|loc|locate|coords?|coordinates?|region|object_ref)(?:_?\w*)?(?:\||\b)[^<>\n]*>",
    rf"[(\[{{<（［【〈⟨]\s*{NUMBER}(?:{COMMA}{NUMBER})+\s*[)\]}}>）］】〉⟩]",
    rf"\b[xy](?:[-_ ]?(?:[12]|min|max|coordinate|axis|position))?\s*(?:=|:|≈|~|is|of|at|about)+\s*{NUMBER}",
    rf"\bcoord(?:inate)?s?\b[^.\d\n]{{0,30}}{NUMBER}",
    rf"{NUMBER}[- ]?(?:px|pixels?)\b",
    rf"{NUMBER}\s*(?:%|percent)\s+(?:of the way|from|across|down|to the|of the (?:image|picture|width|height))",
    rf"\b(?:{PLACE_WORDS})\s+(?:about\s+)?{NUMBER}\s*(?:[,，;x×]|by|and)\s*{NUMBER}\b",
    r"(?<![\d.,])\d{2,}(?:\.\d+)?\s*[,，;]\s+\d{2,}(?:\.\d+)?(?![\d%])",
    r"(?<![\d.,])0?\.\d+\s*[,，;]\s*0?\.\d+",
)
COORDINATES = re.compile("|".join(f"(?:{form})" for form in FORMS), re.IGNORECASE)


def find_coordinates(text: str) -> str | None:
    """The first place that the text gives as numbers."""
    found = COORDINATES.search(text)
    return found.group().strip() if found else None


def strip_coordinates(text: str) -> str:
    """The text without what gives a place as numbers; a word such as ``at`` that is left with nothing to follow gets a ``there``."""
    while find_coordinates(text) is not None:
        text = COORDINATES.sub(" ", text)
    text = re.sub(r"[(\[{]\s*[)\]}]", " ", text)
    text = re.sub(r"\b(?:at|in|around|near|within|inside|on)\s*(?=[.,;:!?]|$)", "there", text)
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split()))
