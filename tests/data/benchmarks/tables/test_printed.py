import re
from collections import Counter
from pathlib import Path

import pytest

from data.benchmarks.protocols import PROTOCOLS
from data.benchmarks.registry import BENCHMARKS
from data.benchmarks.tables import PublishedScore, PublishedTableError, published_rows, published_scores, read_published
from data.catalog import query
from data.store import Store

FACTS = Path(__file__).resolve().parents[4].parent / "shared" / "methods"
HEAD = """
[benchmarks]
vstar_bench = "V*"
[protocols]
strict = "strict"
[metrics]
accuracy = "accuracy"
"""
TABLE = """
[[tables]]
name = "one"
source = "a paper"
benchmark = "vstar_bench"
protocol = "strict"
metric = "accuracy"
caution = "mind the set"
columns = [{ name = "V*", n = 191 }, { name = "V* again", part = "spatial", unit = "share" }]
rows = [["A", "", "78.0±3.0", ".532"], ["B", "textual", "72.8 [66.8, 78.7]", "-"]]
cautions = [{ model = "B", n = 100, says = "half of it" }]
"""


def one(**wanted: object) -> PublishedScore:
    found = [score for score in published_scores() if all(getattr(score, name) == value for name, value in wanted.items())]
    assert len(found) == 1
    return found[0]


def test_a_percentage_is_a_share_with_its_interval() -> None:
    first = read_published(HEAD + TABLE)[0]
    assert (first.value, first.ci_low, first.ci_high, first.n, first.printed) == (0.78, 0.75, 0.81, 191, "78.0±3.0")


def test_a_share_stays_one() -> None:
    assert read_published(HEAD + TABLE)[1].value == 0.532


def test_nothing_printed_is_no_entry_and_a_caution_may_be_about_one_model() -> None:
    _, _, last = read_published(HEAD + TABLE)
    assert (last.model, last.ci_low, last.n, last.caution) == ("B", 0.668, 100, "mind the set; half of it")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("78.0±3.0", "about 78", "table one, A , column V*: 'about 78' is no figure"),
        ("78.0±3.0", "178.0", "178.0 percent is more than all"),
        ("[66.8, 78.7]", "[73.8, 78.7]", "lies outside its interval 0.738 to 0.787"),
        ('"strict"\nmetric', '"lenient"\nmetric', "there is no protocol 'lenient'; there are strict"),
        ('"78.0±3.0", ".532"', '"78.0±3.0"', "the row of A has 1 cells, the table 2 columns"),
        ('model = "B", n', 'model = "C", n', "the caution 'half of it' is about no figure here"),
        ('part = "spatial", ', "", "two figures for A, , vstar_bench, None, all, strict, accuracy"),
        ('source = "a paper"', 'source = ""', "source"),
        ("columns = [", "colums = [", "colums"),
        ("n = 191 }", "n = 0 }", "greater than 0"),
    ],
)
def test_a_slip_is_an_error_that_names_its_place(old: str, new: str, expected: str) -> None:
    assert old in TABLE
    with pytest.raises(PublishedTableError, match=re.escape(expected)):
        read_published(HEAD + TABLE.replace(old, new))


def test_every_entry_has_a_source_and_is_there_once() -> None:
    rows = published_rows()
    assert len(rows) > 600
    assert all(row["source"] and row["printed"] for row in rows)


def test_a_figure_is_as_the_paper_prints_it() -> None:
    score = one(listing="vigorl-main", model="ViGoRL-3B", setting="", benchmark="screenspot_v2")
    assert (score.value, score.ci_low, score.ci_high) == (0.865, 0.846, 0.884)


def test_names_are_those_of_the_benchmarks_and_protocols_that_are_here() -> None:
    elsewhere = {"ai2d", "chartqa", "egointention", "mibench", "mmk12", "mmmu", "mmstar", "muirbench", "os_atlas", "several", "wemath"}
    assert {score.benchmark for score in published_scores()} - set(BENCHMARKS) == elsewhere
    compat = {"mig-bench-univg", "zero-shot-univg", "vigorl-point", "vigorl-choice", "treebench"}
    assert {score.protocol for score in published_scores()} & set(PROTOCOLS) == compat


def test_rows_that_look_copied_say_that_the_set_is_mixed() -> None:
    mixed = [score for score in published_scores() if "mixes original and revised" in (score.caution or "")]
    assert {score.model for score in mixed} == {"Mantis", "LLaVA-OV-7B", "MiniCPM-V 2.6", "mPLUG-Owl3"}
    assert {score.protocol for score in mixed}.isdisjoint(PROTOCOLS)


def test_macro_figures_of_the_multi_image_benchmark_are_means_of_their_parts() -> None:
    tables = [score for score in published_scores() if score.listing in ("univg-mig-bench", "univg-ablations", "univg-mig-bench-copied")]
    for (listing, model, setting), count in Counter((score.listing, score.model, score.setting) for score in tables).items():
        row = [score for score in tables if (score.listing, score.model, score.setting) == (listing, model, setting)]
        parts = [score.value for score in row if score.part != "all"]
        assert count == 11
        assert sum(parts) / 10 == pytest.approx(next(score.value for score in row if score.part == "all"), abs=4e-4)


@pytest.mark.skipif(not FACTS.is_dir(), reason=f"{FACTS} is not there")
def test_every_printed_number_stands_in_the_facts() -> None:
    facts = "\n".join(path.read_text() for path in sorted(FACTS.glob("*.md")))
    numbers = set(re.findall(r"[0-9]*\.?[0-9]+", facts))
    printed = {number for score in published_scores() for number in re.findall(r"[0-9]*\.?[0-9]+", score.printed)}
    assert printed - numbers == set()


def test_the_catalog_shows_every_entry_with_its_columns(store: Store) -> None:
    asked = (
        "select value, ci_low, n, source from published_scores where benchmark = 'treebench' and metric = 'accuracy' order by value desc"
    )
    names, rows = query(store, asked)
    assert (names, rows[0][:3]) == (["value", "ci_low", "n", "source"], (0.504, None, 405))
    assert query(store, "select count(*) from published_scores")[1] == [(len(published_scores()),)]
