"""Turn rows: the turns of an episode as the column ``turns`` of the tables ``rollouts`` and ``predictions`` holds them. Loads no torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from data.dialects import Turn
from models.student.said import Said

EMPTY: dict[str, Any] = {"text": None, "image_id": None, "crop": None, "points": None, "call_error": None}


def turn_rows(question: str, image_ids: Sequence[str], turns: Sequence[Said]) -> list[dict[str, Any]]:
    """The question and what was said after it."""
    return [*asked_rows(question, image_ids), *(_turn_row(said, image_ids) for said in turns)]


def asked_rows(question: str, image_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The question, with an entry of its own for each image before the last."""
    shown = [EMPTY | {"role": "user", "image_id": image_id} for image_id in image_ids] or [EMPTY | {"role": "user"}]
    return [*shown[:-1], shown[-1] | {"text": question}]


def spoken_turns(rows: Iterable[Mapping[str, Any]]) -> list[Turn]:
    """What the assistant said in these rows; no dialect reads the turns of the user."""
    return [Turn(row["role"], row["text"] or "") for row in rows if row["role"] == "assistant"]


def _turn_row(said: Said, image_ids: Sequence[str]) -> dict[str, Any]:
    look = said.look
    return EMPTY | {
        "role": said.role,
        "text": said.text,
        "image_id": image_ids[look.image_index] if look else None,
        "crop": list(map(float, said.crop)) if said.crop else None,
        "points": [asdict(look)] if look else None,
        "call_error": said.call_error,
    }
