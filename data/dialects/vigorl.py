"""ViGoRL's single-turn form (arXiv 2505.23678): every thought names a point, ``The red circle (12, 34) is at the left.``

The answer is ``(x, y)``, a choice's text or, where a box is asked, ``(x1, y1, x2, y2)``. Four numbers in a thought are read as a box,
which ``project`` writes as its centre.
"""

from __future__ import annotations

from data.dialects.inline import Inline
from data.dialects.places import Notation
from data.dialects.registry import register

TUPLES = Notation(point="({}, {})", box="({}, {}, {}, {})")


@register
class Vigorl(Inline):
    """Points in thoughts."""

    carries_points = True
    has_centres = True

    def __init__(self, name: str = "vigorl") -> None:
        super().__init__(name, TUPLES)
