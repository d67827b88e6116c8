"""iVGR's textual form: thoughts without any place. The answer of a task that asks for places holds them as in ``vigorl``."""

from __future__ import annotations

from data.dialects.inline import Inline
from data.dialects.registry import register
from data.dialects.vigorl import TUPLES


@register
class Textual(Inline):
    """No places in thoughts; one that is there all the same is an error."""

    is_free_of_places = True

    def __init__(self) -> None:
        super().__init__("textual", TUPLES)
