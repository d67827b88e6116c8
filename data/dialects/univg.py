"""UniVG-R1's form (arXiv 2505.14231): boxes are two corners, ``(x1,y1),(x2,y2)``, in thousandths where the view says ``grid:1000``.

The published form has no image index; here a box on an image other than the first is written ``image 2: (x1,y1),(x2,y2)``.
"""

from __future__ import annotations

from data.dialects.inline import Inline
from data.dialects.places import Notation
from data.dialects.registry import register

CORNERS = Notation(point="({},{})", box="({},{}),({},{})")


@register
class Univg(Inline):
    """Boxes in thoughts and answers."""

    carries_boxes = True

    def __init__(self) -> None:
        super().__init__("univg", CORNERS)
