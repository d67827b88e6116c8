"""RefCOCOg: longer phrases, written without a game; the umd split."""

from __future__ import annotations

from data.benchmarks.published.phrases import Phrases, card_of
from data.benchmarks.published.registry import register


@register
class RefCocoG(Phrases):
    """Counts are of phrases; they add up to those in the card of JierunChen/Ref-L4."""

    name = "refcocog"
    references = "refs(umd).p"
    card = card_of("RefCOCOg", "RefCOCOg", "refcocog", {"val": 4896, "test": 9602})
