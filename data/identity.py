"""Identity: the ids of rows. An *entity id* hashes content and carries its kind; a *run id* is a ULID."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Any

from ulid import ULID

DIGEST_CHARACTERS = 20
"""Hexadecimal characters of an entity id: 80 bits, one collision expected among a million million rows."""


class Kind(StrEnum):
    """The prefix that says what an id names."""

    IMAGE = "img"
    SAMPLE = "smp"
    REQUEST = "req"
    TRACE = "trc"
    TREE = "tre"
    NODE = "nod"
    GROUP = "grp"
    ROLLOUT = "rol"
    PREDICTION = "prd"
    VERSION = "ver"
    CHECKPOINT = "ckp"
    RUN = "run"


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text. Raises ``ValueError`` on NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(*parts: Any) -> str:
    """SHA-256 of the canonical JSON of the parts, 64 hexadecimal characters."""
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def entity_id(kind: Kind, *parts: Any) -> str:
    """The id of what the parts describe, for example ``smp_0c5f...``."""
    return f"{kind}_{digest(kind, *parts)[:DIGEST_CHARACTERS]}"


def image_id(stored: bytes) -> str:
    """The id of stored image bytes."""
    return f"{Kind.IMAGE}_{hashlib.sha256(stored).hexdigest()[:DIGEST_CHARACTERS]}"


def new_run_id() -> str:
    """A fresh run id; ids sort by the time they were made."""
    return f"{Kind.RUN}_{ULID()}"
