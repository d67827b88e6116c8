"""Words: what a text speaks of, as bags of words. English, lower case, plural endings cut; words that carry no content are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
TAGGED = re.compile(r"(?:image \d+: ?)?<(\w+)>[^<>]*</\1>")
EMPTY_WORDS = """
a an the this that these those it its they them their there here and or but so as of to in on at by for from with without than then
is are was were be been being am do does did have has had can could will would should may might must not no if also both each every
i me my we our you your he she his her which what where who when how why whether one ones other another same such only just very
see saw seen look looks looking find found locate point box mark show shows shown name tell say says answer question image images
picture photo side part place position object thing item shape direction lie lies stand stands sit sits appear appears because since
first second third last next now again
"""
COLOR_WORDS = "red orange yellow green cyan blue purple violet magenta pink black white grey brown gold silver"
EMPTY = frozenset(EMPTY_WORDS.split())
COLORS = frozenset(COLOR_WORDS.split())
DIRECTIONS = {
    "left": "left",
    "right": "right",
    **dict.fromkeys(("above", "over", "top", "upper", "up", "higher"), "above"),
    **dict.fromkeys(("below", "under", "underneath", "beneath", "bottom", "lower", "down"), "below"),
}
OPPOSITES = (frozenset(("left", "right")), frozenset(("above", "below")))


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says: of which things, in which colours, in which directions."""

    things: frozenset[str]
    colors: frozenset[str]
    directions: frozenset[str]

    @property
    def terms(self) -> frozenset[str]:
        """Things and colours."""
        return self.things | self.colors

    def agrees(self, other: Statement) -> bool:
        """Whether both speak of the same in the same colours, and not in opposite directions."""
        return self.terms == other.terms and not _opposes(self.directions, other.directions)

    def contradicts(self, other: Statement) -> bool:
        """Whether both speak of the same things in colours that have nothing in common, or in opposite directions."""
        if not self.things or self.things != other.things:
            return False
        if self.colors and other.colors and not self.colors & other.colors:
            return True
        return self.colors == other.colors and _opposes(self.directions, other.directions)


def read_statement(text: str) -> Statement:
    """What a text says; its places count for nothing."""
    words = WORD.findall(TAGGED.sub(" ", text).lower().replace("gray", "grey"))
    directions = frozenset(DIRECTIONS[word] for word in words if word in DIRECTIONS)
    terms = {_stem(word) for word in words if word not in EMPTY and word not in DIRECTIONS} - EMPTY
    return Statement(frozenset(terms - COLORS), frozenset(terms & COLORS), directions)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _opposes(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether on some axis both give a direction and none that both give."""
    return any(a & axis and b & axis and not a & b & axis for axis in OPPOSITES)
