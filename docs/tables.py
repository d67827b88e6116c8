"""Make the tables of docs/*.md that the code knows, such as every benchmark with what is read and reported of it.

    python docs/tables.py [--check]

A table stands between ``<!-- table: NAME -->`` and ``<!-- end of table -->``. ``--check`` writes nothing, and its exit status is 1 where a
document is not what the code says.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from data.benchmarks.benchmark import Benchmark, Metric
from data.benchmarks.protocols import PROTOCOLS
from data.benchmarks.published import PUBLISHED, Card
from data.benchmarks.published.material import ALL
from data.benchmarks.registry import BENCHMARKS, OWN

FOLDER = Path(__file__).resolve().parent
REGION = re.compile(r"(<!-- table: (?P<name>\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
MOST_PARTS = 4
"""More parts than these are summed up."""
HEADS = ("name", "title", "format", "space", "records", "reported", "protocols", "schema read in", "verified")


class TableError(ValueError):
    """A document asks for a table that nobody makes."""


def benchmarks() -> list[tuple[str, ...]]:
    """Those of a run's own samples first, then those that others have published."""
    return [HEADS, *map(_own, OWN.values()), *(_published(name, PUBLISHED[name].card) for name in BENCHMARKS if name not in OWN)]


def training_sets() -> list[tuple[str, ...]]:
    """Published data sets that are no benchmarks."""
    rows = [_published(name, found.card) for name, found in sorted(PUBLISHED.items()) if name not in BENCHMARKS]
    left_out = {HEADS.index("reported"), HEADS.index("protocols")}
    return [tuple(cell for place, cell in enumerate(row) if place not in left_out) for row in (HEADS, *rows)]


def protocols() -> list[tuple[str, ...]]:
    """Every way of judging, whose code it follows, and who is judged by it."""
    rows = [(f"`{name}`", scorer.source, _judged(name)) for name, scorer in sorted(PROTOCOLS.items())]
    return [("name", "gives what this gives", "benchmarks that have it"), *rows]


def lines() -> list[tuple[str, ...]]:
    """What a line of ``fovea score`` has, by protocol."""
    fields = [(f"`{name}`", field, words) for name, scorer in sorted(PROTOCOLS.items()) for field, words in scorer.fields.items()]
    return [("protocol", "field", "what it is"), *((name, f"`{field}`", words) for name, field, words in fields)]


def line_scores() -> list[tuple[str, ...]]:
    """What a protocol says of a line."""
    rows = [(f"`{name}`", ", ".join(f"`{one}`" for one in scorer.blank)) for name, scorer in sorted(PROTOCOLS.items())]
    return [("protocol", "scores"), *rows]


def figures() -> list[tuple[str, ...]]:
    """Every metric of ``scores``."""
    return [("metric", "what it measures"), *((f"`{metric}`", _documented(metric)) for metric in Metric)]


TABLES: Mapping[str, Callable[[], list[tuple[str, ...]]]] = {
    "benchmarks": benchmarks,
    "training_sets": training_sets,
    "protocols": protocols,
    "figures": figures,
    "lines": lines,
    "line_scores": line_scores,
}


def rewritten(text: str) -> str:
    """A document with its tables as the code has them. Raises ``TableError``."""
    return REGION.sub(_region, text)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows under their heads."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "| " + " | ".join("---" for _ in rows[0]) + " |", *lines[1:]])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every document whose tables are not current, or name it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="Write nothing.")
    given = parser.parse_args(arguments)
    stale = [path for path in sorted(FOLDER.glob("*.md")) if rewritten(path.read_text()) != path.read_text()]
    for path in stale:
        sys.stdout.write(f"{path.name} is not what the code says\n" if given.check else f"{path.name} written\n")
        if not given.check:
            path.write_text(rewritten(path.read_text()))
    return 1 if given.check and stale else 0


def _region(match: re.Match[str]) -> str:
    if match["name"] not in TABLES:
        raise TableError(f"there is no table {match['name']!r}; there are {', '.join(TABLES)}")
    return f"{match[1]}\n{markdown(TABLES[match['name']]())}\n\n{match[3]}"


def _own(benchmark: Benchmark) -> tuple[str, ...]:
    reported = "accuracy and mean IoU by task, macro over tasks"
    protocols = ", ".join(f"`{name}`" for name in benchmark.protocols)
    read = ("a run's own samples", "rows of `samples`", "pixel", "as many as there are")
    return (f"`{benchmark.name}`", *read, reported, protocols, "fovea", "yes")


def _published(name: str, card: Card) -> tuple[str, ...]:
    found = PUBLISHED[name]
    judged = ", ".join(f"`{one}`" for one in getattr(found, "protocols", ()))
    cells = (f"`{name}`", card.title, card.form, card.space, _records(card), "; ".join(card.metrics), judged, card.schema)
    return (*(" ".join(cell.split()) for cell in cells), "yes" if card.is_verified else "**unverified**")


def _records(card: Card) -> str:
    counts = {part: number for part, number in card.counts.items() if part != ALL}
    if not card.counts:
        return "no number was published"
    if not counts or (len(counts) > MOST_PARTS and not card.is_versioned):
        total = card.counts.get(ALL, sum(counts.values()))
        return f"{total}{f' in {len(counts)} parts' if counts else ''}"
    return ", ".join(f"{part} {number}" for part, number in counts.items())


def _judged(protocol: str) -> str:
    names = [f"`{name}`" for name, benchmark in BENCHMARKS.items() if protocol in benchmark.protocols]
    return "all" if len(names) == len(BENCHMARKS) else ", ".join(names) or "none of these"


def _documented(metric: Metric) -> str:
    """The string under a member of the enumeration, which Python itself drops."""
    source = Path(sys.modules[Metric.__module__].__file__ or "").read_text()
    found = re.search(rf'^    {metric.name} = .*?\n    """(.*?)"""', source, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


if __name__ == "__main__":
    sys.exit(main())
