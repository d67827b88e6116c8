"""Split: which part of the data each sample belongs to, so that no image is in two.

Samples that share an image, directly or through others, are a *component* and go to the same split. A sample that its source gave to
``test`` or ``validation`` stays there; a training sample that shares an image with one of these is a *leak* and belongs nowhere. Of the
other training samples, ``validation`` takes the components whose name, the smallest of their image ids, hashes low. So a sample's split
depends on its component alone: it moves only when a new sample joins its component to another one with a smaller name, or leaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from data.identity import digest

TRAIN, VALIDATION = "train", "validation"


@dataclass(frozen=True, slots=True)
class Splits:
    """The split of each sample by id, and of those that have none the reason."""

    split: Mapping[str, str]
    leaks: Mapping[str, str]


def split_samples(samples: Iterable[Mapping[str, Any]], validation_share: float) -> Splits:
    """The splits of all samples of a version, given as rows with ``sample_id``, ``split`` and ``image_ids``."""
    rows = sorted(samples, key=lambda row: row["sample_id"])
    split = {row["sample_id"]: row["split"] for row in rows if row["split"] != TRAIN}
    held = {image_id: row for row in reversed(rows) if row["split"] != TRAIN for image_id in row["image_ids"] or ()}
    leaks: dict[str, str] = {}
    free: list[Mapping[str, Any]] = []
    for row in rows:
        if row["split"] != TRAIN:
            continue
        shared = next((image_id for image_id in row["image_ids"] or () if image_id in held), None)
        if shared is None:
            free.append(row)
        else:
            other = held[shared]
            leaks[row["sample_id"]] = f"{TRAIN} sample {row['sample_id']} shares {shared} with {other['split']} sample {other['sample_id']}"
    for row, name in zip(free, component_names(free), strict=True):
        split[row["sample_id"]] = VALIDATION if _lot(name) < validation_share else TRAIN
    return Splits(split, leaks)


def component_names(samples: Sequence[Mapping[str, Any]]) -> list[str]:
    """By sample, the smallest image id of its component; a sample without images is one by itself, named by its own id."""
    images = sorted({image_id for row in samples for image_id in row["image_ids"] or ()})
    places = {image_id: len(samples) + place for place, image_id in enumerate(images)}
    edges = [(number, places[image_id]) for number, row in enumerate(samples) for image_id in row["image_ids"] or ()]
    starts, ends = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    size = len(samples) + len(images)
    _, labels = connected_components(coo_array((np.ones(len(edges)), (starts, ends)), shape=(size, size)), directed=False)
    smallest = {labels[places[image_id]]: image_id for image_id in reversed(images)}
    return [smallest.get(labels[number], row["sample_id"]) for number, row in enumerate(samples)]


def _lot(name: str) -> float:
    return int(digest(VALIDATION, name)[:13], 16) / 16**13
