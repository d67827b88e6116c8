"""Rule: one small filter over many traces at once; its settings are its fields.

A rule looks at one batch after another (``look``; batches may be looked at side by side) and is then asked which traces pass
(``settle``). Most say at once; one that compares traces with each other, such as ``duplicate``, remembers something of each and decides
when all were seen. A figure that is not known passes, unless the rule's ``unknown`` says ``drop``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from data.config import Section
from data.curation.batch import Batch
from data.scoring.ragged import Column, Flags, Real, Whole

Unknown = Literal["keep", "drop"]
Remembered = npt.NDArray[Any]
Texts = Callable[[Whole], Iterable[Column]]
"""Gives the texts of traces by their numbers among all, which ascend; some at a time."""


class Rule(Section, ABC):
    """The settings of a rule, and the rule."""

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()
    """Columns of ``traces`` that it needs beside those of every batch."""

    @abstractmethod
    def look(self, batch: Batch) -> Remembered:
        """For each trace of the batch whether it passes, or what ``settle`` will need of it."""

    def settle(self, found: Remembered, texts: Texts) -> Flags:
        """Whether each trace passes, of all that was found in the order of the traces. ``texts`` reads those of some traces once more."""
        del texts
        return found


def reaches(figure: Real, minimum: float, unknown: Unknown) -> Flags:
    """Whether each figure is at least the minimum; ``unknown`` decides where it is NaN."""
    return np.where(np.isnan(figure), unknown == "keep", figure >= minimum)


def is_within(figure: npt.NDArray[Any], minimum: float, maximum: float | None) -> Flags:
    """Whether each figure lies between the bounds, which are included; None is no bound."""
    reached: Flags = figure >= minimum
    return reached if maximum is None else reached & (figure <= maximum)
