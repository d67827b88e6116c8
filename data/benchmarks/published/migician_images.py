"""Migician images: which image the answer of a record is in that was made of the images of MGrounding-630k, and which task it is.

No record says either outright: the task is the folder of its images, the image is named in words, in the question or in the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from data.benchmarks.published.naming import named_image
from data.sources.problem import Reason, RowError

ROOT = "MGrounding-630k"
HEADS = (ROOT,)
"""What image paths begin with, where their folder may stand without."""
FOLDERS = MappingProxyType(
    {
        "Common_Object": "common",
        "Difference": "diff",
        "Free-Form": "free_form",
        "Group_Grounding": "group_grounding",
        "Object_Tracking": "object_tracking",
        "Referring_Grounding": "refer_grounding",
        "Region_Locating": "region",
    }
)
COMPARED = "diff"
COMPARED_IMAGE = 1
"""Where two images are compared and nobody says which is meant, the second shows what has changed."""


def task_of(paths: Any) -> str | None:
    """The task of a record by the folder of its first image; None where it is none of MGrounding-630k's."""
    first = paths[0] if isinstance(paths, list) and paths and isinstance(paths[0], str) else ""
    return next((FOLDERS[part] for part in PurePosixPath(first).parts if part in FOLDERS), None)


def answer_image(texts: Mapping[str, str], count: int, task: str | None, otherwise: Mapping[str, str] | None = None) -> tuple[int, str]:
    """The image of an answer, counted from 0, and what it is known by: the first of the texts, by name, that names an image.

    ``otherwise`` are texts that are looked at where the task does not say either. Raises ``RowError`` where nothing does.
    """
    if count == 1:
        return 0, "count"
    known = _named(texts)
    if known is None and task == COMPARED and count == COMPARED_IMAGE + 1:
        known = COMPARED_IMAGE, "task"
    known = known or _named(otherwise or {})
    if known is None:
        raise RowError(Reason.AMBIGUOUS, f"nothing says in which of {count} images the answer is")
    return known


def _named(texts: Mapping[str, str]) -> tuple[int, str] | None:
    found = ((named_image(text), name) for name, text in texts.items())
    return next(((index, name) for index, name in found if index is not None), None)
