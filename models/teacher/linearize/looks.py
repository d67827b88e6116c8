"""Looks: the places that a chain names, as calls for a closer look.

Places are walked in the order of the text. The sentence that names a new one ends in a look at it, while there are looks left; one that
names only known ones, or stands after the last look, goes on into the next turn. Nothing is left out: what follows the last look is said
beside the answer, and where nothing follows, a *closing* thought is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from data.dialects.places import Place, center
from data.trace import Mention, Step, Zoom
from models.teacher.linearize.config import LinearizeConfig
from models.teacher.linearize.sieve import is_near

SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def with_looks(steps: Sequence[Step], closing: Step, config: LinearizeConfig) -> tuple[Step, ...]:
    """The steps, split after the sentences that end in a look. A look that the chain has already counts as one."""
    seen: list[Place] = []
    made: list[Step] = []
    for step in steps:
        rest: Step | None = step
        while rest is not None:
            said, rest = _to_look(rest, seen, config)
            seen += [zoom.point for zoom in said.zooms]
            made.append(said)
    return (*made, closing) if made and made[-1].zooms else tuple(made)


def _to_look(step: Step, seen: Sequence[Place], config: LinearizeConfig) -> tuple[Step, Step | None]:
    """The step as far as its first look, and what comes after."""
    if step.zooms or len(seen) >= config.most_zooms:
        return step, None
    for mention in step.mentions:
        if not any(is_near(mention.place, known, config.same_point_px) for known in seen):
            said, rest = _split(step, mention.offset)
            return replace(said, zooms=(Zoom(replace(center(mention.place), label=None)),)), rest
    return step, None


def _split(step: Step, offset: int) -> tuple[Step, Step | None]:
    """The step to the end of the sentence that holds the offset, and the rest of it."""
    found = SENTENCE_END.search(step.thought, offset)
    end = found.end() if found else len(step.thought)
    after = step.thought[end:]
    start = end + len(after) - len(after.lstrip())
    if start >= len(step.thought):
        return step, None
    before = tuple(mention for mention in step.mentions if mention.offset < end)
    behind = tuple(Mention(max(0, mention.offset - start), mention.place) for mention in step.mentions if mention.offset >= end)
    return Step(step.thought[:end], before), Step(step.thought[start:], behind)
