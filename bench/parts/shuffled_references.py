"""Plugin: every textual group is compared with the archive's reference of another sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from models.training.context import Reference
from models.training.judge import Judge

met: dict[str, Reference] = {}
"""The latest reference of every sample that was compared so far."""


def shuffled(references: Mapping[str, Reference]) -> dict[str, Reference]:
    """To each sample the reference of the one before it, of all that were met; none while there is no other."""
    met.update(references)
    names = sorted(met)
    other = dict(zip(names, [*names[-1:], *names], strict=False))
    return {name: met[other[name]] for name in references if other[name] != name}


def with_shuffled(judge: Callable[..., Any]) -> Callable[..., Any]:
    """The method with other references."""

    @wraps(judge)
    def judged(self: Judge, groups: Any, references: Mapping[str, Reference] | None = None, *rest: Any) -> Any:
        return judge(self, groups, shuffled(references or {}), *rest)

    return judged


for name in ("questions", "judge"):
    setattr(Judge, name, with_shuffled(getattr(Judge, name)))
