"""RefCOCO: phrases from a game of two players, which may say where an object is."""

from __future__ import annotations

from data.benchmarks.published.phrases import Phrases, card_of
from data.benchmarks.published.registry import register


@register
class RefCoco(Phrases):
    """Counts are of phrases; they add up to those in the card of JierunChen/Ref-L4."""

    name = "refcoco"
    references = "refs(unc).p"
    card = card_of("RefCOCO", "RefCOCO", "refcoco", {"val": 10834, "testA": 5657, "testB": 5095})
