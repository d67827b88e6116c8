"""iVGR's grounded form (arXiv 2605.31096): every object named carries ``<box>[x1,y1,x2,y2]</box>``."""

from __future__ import annotations

from data.dialects.inline import Inline
from data.dialects.places import Notation
from data.dialects.registry import register

TAGGED = Notation(point="({}, {})", box="<box>[{},{},{},{}]</box>")


@register
class Ivgr(Inline):
    """Tagged boxes in thoughts and answers."""

    carries_boxes = True

    def __init__(self) -> None:
        super().__init__("ivgr", TAGGED)
