"""iVGR's grounded form (arXiv 2605.31096): every object named carries ``<box>[x1,y1,x2,y2]</box>``."""

from __future__ import annotations

import re

from data.dialects.inline import Inline
from data.dialects.places import Notation
from data.dialects.registry import register

SHOWN_CHARACTERS = 40
TAG = re.compile(r"</?box>")
TAGGED = Notation(point="({}, {})", box="<box>[{},{},{},{}]</box>")


@register
class Ivgr(Inline):
    """Tagged boxes in thoughts and answers."""

    carries_boxes = True

    def __init__(self) -> None:
        super().__init__("ivgr", TAGGED)

    def thought_error(self, body: str) -> str | None:
        """What is wrong with a think block's body: a tag that is not around a box."""
        left = self._pattern.sub(" ", body) if self._pattern else body
        tag = TAG.search(left)
        return f"a thought has a tag around no box: {left[tag.start() :][:SHOWN_CHARACTERS]!r}" if tag else None
