"""Printed: the figures of papers, one entry for each, read from tables that stand as they were printed.

A *table* has rows of models and columns that say of which benchmark, part, protocol and metric their cells are; what a column leaves open
is the table's. A *cell* is a number, a number with its interval, or ``-``. A *caution* says why a figure may not be what it seems.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from data.config import Section

FILE = "published.toml"
NUMBER = r"[0-9]*\.?[0-9]+"
CELL = re.compile(rf"(?P<value>{NUMBER})(?:±(?P<off>{NUMBER})| \[(?P<low>{NUMBER}), (?P<high>{NUMBER})\])?")
NOTHING = "-"
Unit = Literal["percent", "share", "count"]
SCALES: Mapping[Unit, float] = {"percent": 100.0, "share": 1.0, "count": 1.0}
DECIMALS = 12
"""Of values after their division, so that 86.5 percent is 0.865 and no binary neighbour of it."""


class PublishedTableError(ValueError):
    """A table that says what cannot be; the text names the table, the row or column, and both sides."""


class PublishedScore(Section):
    """One published figure, checked; for example 0.865 of ViGoRL-3B on ScreenSpot-V2."""

    listing: str = Field(min_length=1)
    """The table of the file that it stands in."""
    model: str = Field(min_length=1)
    setting: str = ""
    """How the model was made or asked, where that is said."""
    benchmark: str
    version: str | None = None
    """Which edition of the benchmark, where it has several: ``original`` or ``revised``."""
    part: str = "all"
    """As ``scores.category``: ``all``, or the subtask or split."""
    protocol: str
    metric: str
    value: float = Field(ge=0, allow_inf_nan=False)
    """A share for figures that were printed in percent."""
    ci_low: float | None = None
    ci_high: float | None = None
    """The interval as printed; a caution says where it is not one of 95 percent."""
    n: int | None = Field(default=None, gt=0)
    """Items, where known."""
    unit: Unit = "percent"
    """What it was printed in."""
    printed: str
    """The cell."""
    source: str = Field(min_length=1)
    caution: str | None = None

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.unit != "count" and self.value > 1:
            raise ValueError(f"{self.printed} {self.unit} is more than all")
        low, high = self.ci_low, self.ci_high
        if (low is None) != (high is None):
            raise ValueError(f"the interval of {self.printed} has one end")
        if low is not None and high is not None and not low <= self.value <= high:
            raise ValueError(f"{self.printed} lies outside its interval {low:g} to {high:g}")
        return self


class Column(Section):
    """What the cells of a column are; None is as the table says."""

    name: str
    """As printed."""
    benchmark: str | None = None
    version: str | None = None
    part: str | None = None
    protocol: str | None = None
    metric: str | None = None
    n: int | None = Field(default=None, gt=0)
    unit: Unit | None = None
    caution: str | None = None


class Caution(Section):
    """A word on some figures of a table: those of a model, a setting and a column, each where it is given."""

    says: str
    model: str | None = None
    setting: str | None = None
    column: str | None = None
    n: int | None = Field(default=None, gt=0)
    """Items of these figures, where they are others than the column says."""

    def meets(self, model: str, setting: str, column: str) -> bool:
        """Whether it is about that figure."""
        pairs = ((self.model, model), (self.setting, setting), (self.column, column))
        return all(wanted in (None, found) for wanted, found in pairs)


class PublishedTable(Section):
    """One printed table."""

    name: str
    source: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    """Model, setting, and a cell for each column."""
    benchmark: str | None = None
    version: str | None = None
    part: str = "all"
    protocol: str | None = None
    metric: str | None = None
    n: int | None = None
    unit: Unit = "percent"
    caution: str | None = None
    cautions: tuple[Caution, ...] = ()

    @field_validator("rows")
    @classmethod
    def _name_models(cls, rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        if short := [row for row in rows if len(row) < 2 or not row[0]]:
            raise ValueError(f"the row {short[0]} names no model and setting")
        return rows

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for row in self.rows:
            if len(row) - 2 != len(self.columns):
                raise ValueError(f"the row of {row[0]} has {len(row) - 2} cells, the table {len(self.columns)} columns")
        for caution in self.cautions:
            if not any(caution.meets(row[0], row[1], column.name) for row in self.rows for column in self.columns):
                raise ValueError(f"the caution {caution.says!r} is about no figure here")
        return self

    def scores(self) -> Iterator[PublishedScore]:
        """Its figures. Raises ``PublishedTableError``."""
        for model, setting, *cells in self.rows:
            for column, cell in zip(self.columns, cells, strict=True):
                if cell != NOTHING:
                    yield self._score(model, setting, column, cell)

    def _score(self, model: str, setting: str, column: Column, cell: str) -> PublishedScore:
        said = [caution for caution in self.cautions if caution.meets(model, setting, column.name)]
        names = ("benchmark", "version", "part", "protocol", "metric", "n", "unit")
        fields: dict[str, Any] = {name: _first(getattr(column, name), getattr(self, name)) for name in names}
        fields["n"] = _first(*(caution.n for caution in said), fields["n"])
        words = (self.caution, column.caution, *(caution.says for caution in said))
        try:
            return PublishedScore(
                listing=self.name,
                model=model,
                setting=setting,
                source=self.source,
                printed=cell,
                caution="; ".join(word for word in words if word) or None,
                **fields,
                **_numbers(cell, fields["unit"]),
            )
        except ValueError as error:
            raise PublishedTableError(f"table {self.name}, {model} {setting}, column {column.name}: {_told(error)}") from error


class Names(Section):
    """The whole file: what may be named, and the tables."""

    benchmarks: dict[str, str]
    protocols: dict[str, str]
    """Compat protocols by their names, and how others measured."""
    metrics: dict[str, str]
    tables: tuple[PublishedTable, ...]

    def check(self, score: PublishedScore) -> None:
        """Raise ``PublishedTableError`` where a figure names what has no line."""
        for field, known in (("benchmark", self.benchmarks), ("protocol", self.protocols), ("metric", self.metrics)):
            if (name := getattr(score, field)) not in known:
                raise PublishedTableError(
                    f"table {score.listing}, {score.model}: there is no {field} {name!r}; there are {', '.join(sorted(known))}"
                )


@cache
def published_scores() -> tuple[PublishedScore, ...]:
    """Every published figure that the project holds."""
    return read_published(files("data.benchmarks.tables").joinpath(FILE).read_text())


def read_published(text: str) -> tuple[PublishedScore, ...]:
    """The figures of a file in that form. Raises ``PublishedTableError``."""
    try:
        given = tomllib.loads(text)
        named = given.pop("columns", {})
        given["tables"] = [_with_columns(table, named) for table in given.get("tables", [])]
        names = Names.model_validate(given)
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise PublishedTableError(f"{FILE}: {_told(error)}") from error
    found = tuple(score for table in names.tables for score in table.scores())
    for score in found:
        names.check(score)
    if twice := [key for key, count in Counter(map(_identity, found)).items() if count > 1]:
        raise PublishedTableError(f"table {twice[0][0]} has two figures for {', '.join(map(str, twice[0][1:]))}")
    return found


def published_rows() -> list[dict[str, Any]]:
    """Every published figure as a row of the view ``published_scores``."""
    return [score.model_dump() for score in published_scores()]


def _with_columns(table: dict[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    columns = table.get("columns")
    if not isinstance(columns, str):
        return table
    if columns not in named:
        raise PublishedTableError(f"table {table.get('name')}: there are no columns {columns!r}; there are {', '.join(sorted(named))}")
    return table | {"columns": named[columns]}


def _numbers(cell: str, unit: Unit) -> dict[str, float]:
    match = CELL.fullmatch(cell)
    if match is None:
        raise ValueError(f"{cell!r} is no figure; one is written 86.5, 86.5±1.9 or 72.8 [66.8, 78.7]")
    value = float(match["value"])
    ends = (value - float(match["off"]), value + float(match["off"])) if match["off"] else ()
    if match["low"]:
        ends = (float(match["low"]), float(match["high"]))
    names = ("value", "ci_low", "ci_high")
    return {name: round(number / SCALES[unit], DECIMALS) for name, number in zip(names, (value, *ends), strict=False)}


def _identity(score: PublishedScore) -> tuple[Any, ...]:
    return score.listing, score.model, score.setting, score.benchmark, score.version, score.part, score.protocol, score.metric


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _told(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}".lstrip(": ") for one in error.errors())
