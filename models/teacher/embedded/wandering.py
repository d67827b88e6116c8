"""Wandering: looks at what is beside the point, which a teacher that goes step by step takes before it comes to the matter."""

from __future__ import annotations

import random
from collections.abc import Sequence

from models.teacher.embedded.brief import Brief, points_in
from models.teacher.embedded.plan import Claim, Corners
from models.teacher.embedded.sight import Thing

ASIDE = "The {name} at {place} is not what is asked for."
MARK = "is not what is asked for"
"""By it an aside is known among earlier steps."""
WANDERING = 0.6
"""Probability of an aside before the next claim, per unit of temperature."""
MOST_ASIDES = 3
"""Unless more thoughts are asked for."""


def wander(brief: Brief, claims: Sequence[Claim], left: Sequence[Claim], temperature: float, rng: random.Random) -> Claim | None:
    """A thing to look at in passing, for an image that is claimed of: none of those that are claimed or were pointed at before."""
    asides = sum(MARK in step for step in brief.earlier)
    is_short = len(brief.earlier) + len(left) < brief.least_thoughts
    if not is_short and (asides >= MOST_ASIDES or rng.random() >= WANDERING * temperature):
        return None
    free = [
        (claim, thing) for claim in claims for thing in brief.images[claim.image].things if not _is_taken(brief, claims, claim.image, thing)
    ]
    alike = [(claim, thing) for claim, thing in free if set(thing.name.split()) & set(claim.name.split())]
    if not free:
        return None
    claim, thing = rng.choice(alike or free)
    return Claim(thing.name, claim.image, thing.center, _corners(thing))


def _is_taken(brief: Brief, claims: Sequence[Claim], image: int, thing: Thing) -> bool:
    """Whether a thing was pointed at, or is or bears the name of what is claimed."""
    wide, high = brief.extents[image]
    sx, sy = brief.images[image].width / wide, brief.images[image].height / high
    seen = [(x * sx, y * sy) for step in brief.earlier for x, y in points_in(step)]
    seen += [claim.point for claim in claims if claim.image == image]
    x1, y1, x2, y2 = _corners(thing)
    has_name = any(claim.name in thing.name for claim in claims)
    return has_name or any(x1 <= x <= x2 and y1 <= y <= y2 for x, y in seen)


def _corners(thing: Thing) -> Corners:
    return thing.x1, thing.y1, thing.x2, thing.y2
