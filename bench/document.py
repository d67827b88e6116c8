"""Document: a Markdown table between two marks of a file, written anew from what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document has the table of this name."""

    name: str

    @property
    def start(self) -> str:
        """The mark before it."""
        return f"<!-- {self.name}: start -->"

    @property
    def end(self) -> str:
        """The mark after it."""
        return f"<!-- {self.name}: end -->"

    def fill(self, document: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """The document with this table in its place. Raises ``ValueError`` where it has none."""
        before, start, rest = document.partition(self.start)
        _, end, after = rest.partition(self.end)
        if not (start and end):
            raise ValueError(f"the document has no {self.start} followed by {self.end}")
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows))
        return f"{before}{start}\n\n{table}\n\n{end}{after}"
