"""Choosing: picks one of several explanations that the messages number.

The best names most of the places that are known, in few words, and neither says that it was told nor begins with the answer. With
temperature the sense of what is better is blurred, and the reply at times is not in the form that was asked for, as with language models.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.teacher.embedded.brief import ANSWER, KNOWN, NUMBER, text_of

ASKED = re.compile(r"^<pick>number</pick>", re.MULTILINE)
CHAIN = re.compile(r"^explanation (\d+):\n(.*?)\nend of explanation \1\.$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
NUMBERS = re.compile(rf"[(\[]{NUMBER}, ?{NUMBER}(?:(?:\), ?\(|, ?){NUMBER}, ?{NUMBER})?[)\]]")
TOLD = re.compile(r"\b(?:given|told|known|provided)\b|^\W*(?:<think>)?\s*the answer is\b", re.IGNORECASE)
LENGTH_WEIGHT = 0.001
"""Places that a character costs."""
TOLD_WEIGHT = 0.5
"""Places that giving away what was known costs."""
BLUR = 0.3
"""Standard deviation of a chain's worth, in places, per unit of temperature."""
SLIP = 0.1
"""Share of replies per unit of temperature that are not in the form."""


def choose(messages: Sequence[Mapping[str, Any]], temperature: float, rng: random.Random) -> str | None:
    """The number of the best in the form asked for; None where the messages ask for something else."""
    text = "\n".join(text_of(message) for message in messages)
    chains = CHAIN.findall(text)
    if not ASKED.search(text) or not chains:
        return None
    known = KNOWN.findall(text.partition(chains[0][1])[0])
    worths = {number: _worth(chain, known) + rng.gauss(0, BLUR * temperature) for number, chain in chains}
    best = max(worths, key=lambda number: worths[number])
    return f"Explanation {best} is the best of them." if rng.random() < SLIP * temperature else f"<pick>{best}</pick>"


def _worth(chain: str, known: Sequence[tuple[str, ...]]) -> float:
    thoughts = ANSWER.sub("", chain)
    centers = [_center(numbers) for numbers in NUMBERS.findall(thoughts)]
    named = sum(_is_named(place, thoughts, centers) for place in known)
    return named - len(thoughts) * LENGTH_WEIGHT - TOLD_WEIGHT * bool(TOLD.search(thoughts))


def _is_named(place: tuple[str, ...], thoughts: str, centers: Sequence[tuple[float, float]]) -> bool:
    """Whether a known place has a coordinate in it; where thoughts have none, whether its name is said."""
    _, _, label, *numbers = place
    if not centers:
        return label.strip().lower() in thoughts.lower()
    x1, y1, x2, y2 = [float(number) for number in numbers if number] * (2 if numbers[-1] else 1)
    return any(x1 <= x <= x2 and y1 <= y <= y2 for x, y in centers)


def _center(numbers: tuple[str, str, str, str]) -> tuple[float, float]:
    """The middle of a box; of a point, the point."""
    x1, y1, x2, y2 = (float(number) for number in (numbers if numbers[2] else (*numbers[:2], *numbers[:2])))
    return (x1 + x2) / 2, (y1 + y2) / 2
