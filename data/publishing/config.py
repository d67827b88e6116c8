"""Publishing settings: how kept traces become a data set."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from data.config import Section

NO_VALUE = "none"
"""How a quota names the value of a column that says nothing."""


class Column(StrEnum):
    """What conversations are balanced by, in the order in which it is done."""

    DATASET = "dataset"
    TASK = "task"
    CATEGORY = "category"
    BAND = "difficulty_band"
    METHOD = "method"
    """``tree_direct`` beside ``tree_corrected`` is ViGoRL's balance of direct to corrected chains."""


class Quota(Section):
    """How many conversations each value of a column may have, in each dialect and split; none is published twice to fill a share.

    Shares are met by leaving out: the value that has least for its share keeps all it has, and the others keep in proportion to it, at
    least one. A value with a share that has no conversation at all is left out of the proportion, and one that is not named is as it is.
    """

    shares: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Relative, by value, as in ``{tree_direct = 1, tree_corrected = 1}``."""
    caps: dict[str, Annotated[int, Field(ge=0)]] = {}
    """Most conversations, by value; they hold before the shares are taken."""
    cap: int | None = Field(default=None, ge=0)
    """Most conversations of every value that ``caps`` does not name."""


class PublishConfig(Section):
    """How kept traces become training conversations."""

    dialects: list[str] = []
    """Every trace is published in each of them that carries it; a trace without places in ``textual`` alone. Default: the student's."""
    validation_share: float = Field(default=0.0, ge=0, le=1)
    """Share of the training samples, drawn by their images, that the ``validation`` split takes."""
    traces_per_sample: int = Field(default=1, gt=0)
    """In each dialect. Methods take turns, so that a method with few traces has its share before the balance is made."""
    balance: dict[Column, Quota] = {}
    """By column, as in ``{method = {shares = {tree_direct = 1, tree_corrected = 1}}}``. Columns are balanced one after another, so that an
    earlier one's shares hold as nearly as a later one leaves them."""
