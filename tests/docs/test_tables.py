"""The tables of the documents are what the code says."""

from pathlib import Path
from types import ModuleType

import pytest

from data.benchmarks.protocols import PROTOCOLS
from data.benchmarks.published import PUBLISHED
from data.benchmarks.registry import BENCHMARKS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_table_is_current(path: Path, tables: ModuleType) -> None:
    assert tables.rewritten(path.read_text()) == path.read_text(), "run python docs/tables.py"


def test_every_benchmark_and_training_set_has_a_row(tables: ModuleType) -> None:
    rows = tables.benchmarks()[1:] + tables.training_sets()[1:]
    assert {row[0].strip("`") for row in rows} == set(BENCHMARKS) | set(PUBLISHED)


def test_every_protocol_has_a_row_and_most_a_benchmark(tables: ModuleType) -> None:
    rows = {row[0].strip("`"): row[2] for row in tables.protocols()[1:]}
    assert rows.keys() == PROTOCOLS.keys()
    assert "`blink`" in rows["vigorl-choice"]


def test_every_row_is_full(tables: ModuleType) -> None:
    for made in tables.TABLES.values():
        heads, *rows = made()
        assert {len(row) for row in rows} == {len(heads)}


def test_every_metric_says_what_it_measures(tables: ModuleType) -> None:
    assert all(words for _, words in tables.figures())


def test_what_could_not_be_read_stands_out(tables: ModuleType) -> None:
    unverified = {name for name, found in PUBLISHED.items() if not found.card.is_verified}
    rows = tables.benchmarks()[1:] + tables.training_sets()[1:]
    assert {row[0].strip("`") for row in rows if row[-1] == "**unverified**"} == unverified


def test_many_parts_are_summed_up_and_few_are_named(tables: ModuleType) -> None:
    rows = {row[0]: row[4] for row in tables.benchmarks()}
    assert (rows["`blink`"], rows["`robospatial_home`"]) == ("1901 in 14 parts", "configuration 123, compatibility 105")


def test_a_table_that_nobody_makes_is_named(tables: ModuleType) -> None:
    with pytest.raises(tables.TableError, match="there is no table 'birds'; there are benchmarks"):
        tables.rewritten("<!-- table: birds -->\n<!-- end of table -->")


def test_a_line_that_would_break_a_table_does_not(tables: ModuleType) -> None:
    assert tables.markdown([("a",), ("x|<y>",)]) == "| a |\n| --- |\n| x\\|&lt;y> |"
