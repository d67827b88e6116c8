"""Naming: which of its images a text of a published record speaks of, ``in the 2th image``, ``image-2`` or ``the source image``."""

from __future__ import annotations

import re

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
NUMBER = r"\d{1,4}"
NAMED = re.compile(
    rf"\b(?:(?P<word>{'|'.join(ORDINALS)}|source)|(?P<place>{NUMBER})(?:st|nd|rd|th)) image\b|\bimage[- ](?P<number>{NUMBER})\b", re.I
)
"""The *source image* of region questions is the first one: crops of it follow."""


def named_image(text: str) -> int | None:
    """The image that a text names last, counted from 0; None where it names none."""
    named = list(NAMED.finditer(text))
    if not named:
        return None
    found = named[-1]
    if found["word"] is not None:
        word = found["word"].lower()
        return ORDINALS.index(word) if word in ORDINALS else 0
    return int(found["place"] or found["number"]) - 1
