"""Thoughts: lines of text with places in them.

A step is one line. A mention is written before the character at its offset, with a space before it. Text is *tidy* when it can be
written and read back: white space is single, no word is one of the dialects' tags (``<think>`` becomes ``< think>``), and no other
text reads as a place (``(1, 2)`` becomes ``[1, 2]``, ``image 2:`` becomes ``image 2,``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from data.dialects.places import NUMBER, Place
from data.trace import Mention, Step

TAGS = ("think", "answer", "tool_call", "tool_response", "observation", "box", "image", "video")
TAG = re.compile(rf"<(?=/?(?:{'|'.join(TAGS)})\b|\|)", re.IGNORECASE)
TUPLE = re.compile(rf"\((\s*{NUMBER}(?:\s*,\s*{NUMBER})+\s*)\)")
IMAGE_COLON = re.compile(r"(image\s*[0-9]{1,3}\s*):", re.IGNORECASE)


def one_line(text: str) -> str:
    """The text with single spaces and no tag of the dialects, as an answer may hold it."""
    return " ".join(TAG.sub("< ", text).split())


def tidy_step(thought: str, mentions: Sequence[tuple[int, Place]]) -> Step:
    """A step with tidy text; offsets outside it are moved to its ends, offsets within a word to the end of the word."""
    text = IMAGE_COLON.sub(r"\1,", TUPLE.sub(r"[\1]", thought))
    line, positions = _spaced(text)
    placed = sorted(
        ((_snapped(line, positions[max(0, min(offset, len(text)))]), place) for offset, place in mentions), key=lambda one: one[0]
    )
    return Step(line, tuple(Mention(offset, place) for offset, place in placed))


def write_step(step: Step, write: Callable[[Place], str]) -> str:
    """A tidy step as a line."""
    line, cursor = "", 0
    for mention in step.mentions:
        line += step.thought[cursor : mention.offset]
        line += (" " if line else "") + write(mention.place)
        cursor = mention.offset
    return line + (" " if line and not cursor else "") + step.thought[cursor:]


def read_step(line: str, pattern: re.Pattern[str] | None, read: Callable[[re.Match[str]], Place | None]) -> Step:
    """The step that a line says; what ``pattern`` matches and ``read`` takes are its mentions."""
    text, cursor = "", 0
    mentions: list[tuple[int, Place]] = []
    for match in pattern.finditer(line) if pattern else ():
        place = read(match)
        if place is None:
            continue
        text = _joined(text, line[cursor : match.start()]).rstrip()
        mentions.append((len(text), place))
        cursor = match.end()
    return tidy_step(_joined(text, line[cursor:]), mentions)


def _joined(text: str, more: str) -> str:
    """Text on both sides of a place that was taken out; words stay apart."""
    if not text:
        return more.lstrip()
    return text + (" " if text[-1].isalnum() and more[:1].isalnum() else "") + more


def _spaced(text: str) -> tuple[str, list[int]]:
    """The text with single spaces and broken tags, and where each of its positions went."""
    broken = {match.start() for match in TAG.finditer(text)}
    line: list[str] = []
    positions = []
    for index, character in enumerate(text):
        positions.append(len(line))
        if not character.isspace():
            line += [character, " "] if index in broken else [character]
        elif line and line[-1] != " ":
            line.append(" ")
    positions.append(len(line))
    stripped = "".join(line).rstrip(" ")
    return stripped, [min(position, len(stripped)) for position in positions]


def _snapped(line: str, offset: int) -> int:
    while offset and line[offset - 1] == " ":
        offset -= 1
    while 0 < offset < len(line) and line[offset - 1].isalnum() and line[offset].isalnum():
        offset += 1
    return offset
