"""Past: what an earlier run's ``difficulty`` says of the samples."""

from __future__ import annotations

from data.store import Store
from models.training.samplers import Past


def read_past(store: Store, version: str) -> dict[str, Past]:
    """How the run of a version of ``difficulty`` stood at its end, by sample id. Raises ``UnknownVersionError``."""
    rows = store.read(store.resolve("difficulty", version)).sort_by("step").to_pylist()
    return {row["sample_id"]: Past(row["attempts"], row["mean_outcome"]) for row in rows if row["attempts"]}
