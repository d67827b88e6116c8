"""RefCOCO+: phrases from a game of two players, which may not say where an object is."""

from __future__ import annotations

from data.benchmarks.published.phrases import Phrases, card_of
from data.benchmarks.published.registry import register


@register
class RefCocoPlus(Phrases):
    """Counts are of phrases; they add up to those in the card of JierunChen/Ref-L4."""

    name = "refcoco_plus"
    references = "refs(unc).p"
    card = card_of("RefCOCO+", "RefCOCOplus", "refcocop", {"val": 10758, "testA": 5726, "testB": 4889})
