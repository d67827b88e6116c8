"""Format: one way to lay a version out in a folder for another trainer.

A format writes rows one after another, so that no more than a few of them are held. Equal rows give equal files.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from data.rows import Row

PLACEHOLDER = "<image>"
"""What stands for the next image in a text; both LLaMA-Factory and verl count them."""
PLACEHOLDERS = (PLACEHOLDER, "<video>", "<audio>")
"""What these trainers take for more than text."""


class Part(NamedTuple):
    """One file of rows, for example ``Part("vigorl", "train", Path("vigorl_train.json"), 1200)``."""

    config: str
    split: str
    path: Path
    """Within the folder."""
    rows: int


class Format(Protocol):
    """A strategy of exporting."""

    @property
    def name(self) -> str:
        """What the command calls it."""

    @property
    def reads(self) -> str:
        """``sft`` for conversations, ``samples`` for problems: which table its rows come from (``data.export.reading``)."""

    def write(self, rows: Iterable[Row], folder: Path) -> list[Part]:
        """Write the rows into an empty folder; the files that hold them, in the order of their first rows."""
