"""Comparing: two sets of answers to the same items.

A *side* is the predictions that one reference names. A *pairing* is what both sides answered of one benchmark under one protocol in one
mode, item by item; differences are B less A. A *flip* is an item that one side answers rightly and the other wrongly: *gained* where B is
right, *lost* where A is. Answers to other versions of a benchmark, or judged by other protocols, are of different things: they are paired
only where that is asked for, and then it is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from data.benchmarks.benchmark import Metric
from data.benchmarks.figures import ALL, by_kind
from data.benchmarks.intervals import Interval, mean

Row = Mapping[str, Any]
Pair = tuple[Row, Row]


class ComparingError(ValueError):
    """Answers that cannot be compared; the text is one sentence that names both sides."""


class Cell(NamedTuple):
    """What answers are reported by."""

    benchmark: str
    protocol: str
    mode: str


@dataclass(frozen=True)
class Side:
    """The predictions that one reference names."""

    name: str
    """For a person: the model, and the version that the rows are of."""
    rows: Sequence[Row]
    """Of ``predictions``."""
    versions: Mapping[Cell, str | None] = field(default_factory=dict)
    """The version of each benchmark that was asked, as ``scores.benchmark_version`` has it; None where that is not known."""

    @property
    def cells(self) -> dict[Cell, list[Row]]:
        """The rows by cell, in the order in which cells come."""
        found: dict[Cell, list[Row]] = {}
        for row in self.rows:
            found.setdefault(Cell(row["benchmark"] or "", row["protocol"] or "", row["mode"] or ""), []).append(row)
        return found


@dataclass(frozen=True)
class Pairing:
    """Items that both sides answered."""

    a: Cell
    b: Cell
    pairs: Sequence[Pair]
    """A's row and B's, in order of the sample's id."""
    only_a: int
    """Items that B did not answer."""
    only_b: int
    notes: tuple[str, ...] = ()
    """What is different beside the answers."""

    def named(self, place: int) -> str:
        """The benchmark, protocol or mode: one word where both sides have the same, else both."""
        return self.a[place] if self.a[place] == self.b[place] else f"{self.a[place]} / {self.b[place]}"


@dataclass(frozen=True, slots=True)
class Contrast:
    """What one figure is on both sides."""

    category: str
    metric: Metric
    a: float
    b: float
    difference: Interval
    """B less A, with a paired bootstrap over items."""
    gained: int | None = None
    """Items that only B answers rightly; None of figures that are no rates."""
    lost: int | None = None
    p: float | None = None
    """Of McNemar's exact test: how likely so uneven a split of flips is where neither side is better; None where nothing flipped."""


@dataclass(frozen=True, slots=True)
class Flip:
    """An item that one side answers rightly and the other wrongly."""

    a: Row
    b: Row

    @property
    def is_gain(self) -> bool:
        return bool(self.b["correct"])

    @property
    def distance(self) -> float:
        """How far the answers are apart: the difference in IoU, 1 where there is none."""
        return abs(self.b["iou"] - self.a["iou"]) if self.a["iou"] is not None and self.b["iou"] is not None else 1.0


def pair(a: Side, b: Side, *, across: bool = False) -> tuple[list[Pairing], list[str]]:
    """What can be paired, and a sentence for each benchmark that cannot. Raises ``ComparingError`` where nothing can.

    ``across`` pairs answers to other versions and by other protocols too, where each side has one.
    """
    cells_a, cells_b = a.cells, b.cells
    shared = [name for name in dict.fromkeys(cell.benchmark for cell in cells_a) if name in {cell.benchmark for cell in cells_b}]
    if not shared:
        raise ComparingError(f"no benchmark is answered by both: {a.name} answers {_listed(cells_a, 0)}, {b.name} {_listed(cells_b, 0)}")
    pairings: list[Pairing] = []
    refusals: list[str] = []
    for name in shared:
        try:
            pairings += _of_benchmark(a, b, _with(cells_a, 0, name), _with(cells_b, 0, name), across)
        except ComparingError as error:
            refusals.append(str(error))
    if not pairings:
        raise ComparingError("; ".join(refusals))
    return pairings, refusals


def contrasts(pairing: Pairing, seed: int = 0) -> list[Contrast]:
    """The figures of all items, then of each category where there are several; for each the rate, and mean IoU where boxes are asked."""
    kinds = by_kind(pairing.pairs, lambda pair: pair[0]["category"])
    groups = {ALL: list(pairing.pairs)} | (kinds if len(kinds) > 1 else {})
    return [contrast for name, pairs in groups.items() for contrast in _contrasts(name, pairs, seed)]


def flips(pairing: Pairing) -> list[Flip]:
    """The items that flipped, the farthest apart first."""
    found = [Flip(a, b) for a, b in pairing.pairs if bool(a["correct"]) != bool(b["correct"])]
    return sorted(found, key=lambda flip: (-flip.distance, item_of(flip.a)))


def _of_benchmark(a: Side, b: Side, cells_a: Mapping[Cell, Any], cells_b: Mapping[Cell, Any], across: bool) -> list[Pairing]:
    protocols = [(name, name) for name in _values(cells_a, 1) if name in _values(cells_b, 1)]
    if not protocols:
        protocols = [_only(a, b, cells_a, cells_b, across)]
    found = []
    for own, other in protocols:
        for one, two in _modes(a, b, _with(cells_a, 1, own), _with(cells_b, 1, other)):
            found.append(_paired(a, b, one, two, cells_a[one], cells_b[two], across))
    return found


def _only(a: Side, b: Side, cells_a: Mapping[Cell, Any], cells_b: Mapping[Cell, Any], across: bool) -> tuple[str, str]:
    """The one protocol of each side, where they may differ."""
    own, other = _values(cells_a, 1), _values(cells_b, 1)
    if across and len(own) == len(other) == 1:
        return own[0], other[0]
    name = next(iter(cells_a)).benchmark
    raise ComparingError(f"{name} is judged by {', '.join(own)} in {a.name} and by {', '.join(other)} in {b.name}")


def _modes(a: Side, b: Side, cells_a: Mapping[Cell, Any], cells_b: Mapping[Cell, Any]) -> list[tuple[Cell, Cell]]:
    shared = [(one, two) for one in cells_a for two in cells_b if one.mode == two.mode]
    if shared or len(cells_a) == len(cells_b) == 1:
        return shared or [(next(iter(cells_a)), next(iter(cells_b)))]
    name = next(iter(cells_a)).benchmark
    raise ComparingError(
        f"{name} is asked in the modes {_listed(cells_a, 2)} in {a.name} and {_listed(cells_b, 2)} in {b.name}; name one of each"
    )


def _paired(a: Side, b: Side, one: Cell, two: Cell, rows_a: Sequence[Row], rows_b: Sequence[Row], across: bool) -> Pairing:
    own, other = a.versions.get(one), b.versions.get(two)
    if own != other and not across:
        raise ComparingError(
            f"{one.benchmark} is of version {own or 'not known'} in {a.name} and of version {other or 'not known'} in {b.name}"
        )
    by_item_a, by_item_b = _by_item(a, one, rows_a), _by_item(b, two, rows_b)
    shared = sorted(by_item_a.keys() & by_item_b.keys())
    if not shared:
        raise ComparingError(
            f"no item of {one.benchmark} is answered by both: {a.name} answers {len(by_item_a)}, {b.name} {len(by_item_b)} others"
        )
    notes = _notes(one, two, own, other)
    pairs = [(by_item_a[item], by_item_b[item]) for item in shared]
    return Pairing(one, two, pairs, len(by_item_a) - len(shared), len(by_item_b) - len(shared), tuple(notes))


def _notes(one: Cell, two: Cell, own: str | None, other: str | None) -> Iterator[str]:
    pairs = (
        ("version", own or "not known", other or "not known"),
        ("protocol", one.protocol, two.protocol),
        ("mode", one.mode, two.mode),
    )
    for what, left, right in pairs:
        if left != right:
            yield f"the {what} of {one.benchmark} is {left} in A and {right} in B"
    if own is None and other is None:
        yield f"the version of {one.benchmark} is not known on either side"


def item_of(row: Row) -> str:
    """What an answer is to: the id of its sample, or what a scored file called the item; empty where neither is known."""
    return str(row["sample_id"] or row.get("item") or "")


def _by_item(side: Side, cell: Cell, rows: Sequence[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        name = item_of(row)
        if not name:
            told = "a line that is scored names its item in sample_id, or else in id"
            raise ComparingError(f"prediction {row['prediction_id']} of {side.name} names no item of {cell.benchmark}; {told}")
        if name in found:
            twice = f"{found[name]['prediction_id']} and {row['prediction_id']}"
            raise ComparingError(f"{side.name} has two answers to {name} of {cell.benchmark}, {twice}; name a run or a checkpoint")
        found[name] = row
    return found


def _contrasts(category: str, pairs: Sequence[Pair], seed: int) -> Iterator[Contrast]:
    hits = [(bool(a["correct"]), bool(b["correct"])) for a, b in pairs]
    gained, lost = sum(b and not a for a, b in hits), sum(a and not b for a, b in hits)
    rates = [sum(values) / len(hits) for values in zip(*hits, strict=True)]
    change = mean([float(b) - float(a) for a, b in hits], seed)
    yield Contrast(category, Metric.ACCURACY, rates[0], rates[1], change, gained, lost, _mcnemar(gained, lost))
    overlaps = [(float(a["iou"]), float(b["iou"])) for a, b in pairs if a["iou"] is not None and b["iou"] is not None]
    if overlaps:
        means = [sum(values) / len(overlaps) for values in zip(*overlaps, strict=True)]
        yield Contrast(category, Metric.MEAN_IOU, means[0], means[1], mean([b - a for a, b in overlaps], seed))


def _mcnemar(gained: int, lost: int) -> float | None:
    """The exact test of Q. McNemar (Psychometrika 12, 1947): two-sided binomial of the flips at one half."""
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else None


def _with(cells: Mapping[Cell, Any], place: int, value: str) -> dict[Cell, Any]:
    return {cell: rows for cell, rows in cells.items() if cell[place] == value}


def _values(cells: Iterable[Cell], place: int) -> list[str]:
    return list(dict.fromkeys(cell[place] for cell in cells))


def _listed(cells: Iterable[Cell], place: int) -> str:
    return ", ".join(_values(cells, place)) or "nothing"
