"""Progress: how far a stage is, as a bar in the terminal and as artifacts of its Prefect flow run.

A stage says how to *measure* itself (done and total, for example training steps with metrics on disk); the heartbeat thread looks.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

bars: contextvars.ContextVar[Bars | None] = contextvars.ContextVar("bars", default=None)
"""The bars of the terminal, where a person waits at one."""

Measure = Callable[[], tuple[int, int]]


@dataclass
class Progress:
    """Done and total of one stage."""

    done: int = 0
    total: int = 0
    measure: Measure | None = None
    is_shown: bool = True
    """Whether the terminal has a bar for it."""
    is_broken_off: bool = False
    """Whether the stage failed; its bar stays where it is."""
    _bar: TaskID | None = field(default=None, repr=False)
    _artifact: UUID | None = field(default=None, repr=False)
    _told: float = field(default=-1.0, repr=False)

    def advance(self, steps: int = 1) -> None:
        """Count steps done."""
        self.done += steps

    @contextmanager
    def shown(self, title: str) -> Iterator[None]:
        """Show a bar while the block runs, full at the end unless the stage was broken off."""
        shown = bars.get()
        if shown is None or not self.is_shown:
            yield
            return
        self._bar = shown.add_task(title, total=None)
        try:
            yield
        finally:
            self.look()
            if not self.is_broken_off:
                shown.update(self._bar, total=self.total or 1, completed=self.total or 1)
            shown.stop_task(self._bar)

    def look(self) -> None:
        """Measure, and move the bar."""
        if self.measure is not None:
            self.done, self.total = self.measure()
        shown = bars.get()
        if shown is not None and self._bar is not None and self.total:
            shown.update(self._bar, total=self.total, completed=self.done)

    def tell(self) -> None:
        """Write the progress artifact of the flow run, where there is one."""
        percent = round(100.0 * self.done / self.total, 1) if self.total else 0.0
        if percent == self._told or not in_flow():
            return
        from prefect.artifacts import create_progress_artifact, update_progress_artifact

        if self._artifact is None:
            created: Any = create_progress_artifact(progress=percent, description=f"{self.done} of {self.total}")
            self._artifact = created
        else:
            update_progress_artifact(self._artifact, progress=percent, description=f"{self.done} of {self.total}")
        self._told = percent


def show_table(key: str, rows: Sequence[Mapping[str, Any]], description: str) -> None:
    """A table artifact of the flow run, where there is one; ``key`` has lower-case letters, digits and dashes."""
    if not in_flow():
        return
    from prefect.artifacts import create_table_artifact

    create_table_artifact(table=[dict(row) for row in rows], key=key, description=description)


def in_flow() -> bool:
    """Whether this code runs in a Prefect flow or task run."""
    import sys

    if "prefect" not in sys.modules:
        return False
    from prefect.context import FlowRunContext, TaskRunContext

    return FlowRunContext.get() is not None or TaskRunContext.get() is not None
