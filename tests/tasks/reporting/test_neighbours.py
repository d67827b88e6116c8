import json
import re
import shutil
from pathlib import Path

import pytest

from data.benchmarks.figures import Origin, score_rows
from data.identity import Kind, entity_id
from data.store import Store, Version
from tasks.reporting import render_report
from tasks.reporting.corner import Corner
from tasks.reporting.facts import scores
from tasks.reporting.neighbours import MOST_APART, neighbours

HITS = 380


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, made_store: Store) -> tuple[Store, Version]:
    """A store whose samples are of one part of MIG-Bench, revised, as one model answers them by the published rule."""
    root: Path = tmp_path_factory.mktemp("published") / "store"
    shutil.copytree(made_store.root, root)
    store = Store.open(root)
    one = store.read(store.resolve("samples")).to_pylist()[0] | {"dataset": "mig_bench", "category": "diff"}
    samples = [one | {"sample_id": entity_id(Kind.SAMPLE, n), "meta": json.dumps({"version": "revised", "n": n})} for n in range(528)]
    with store.draft(stage="ingest", stage_key="mig", run_id="run_mig") as draft:
        draft.add("samples", samples)
        taken = draft.publish().outputs["samples"]
    origin = Origin("run_scored", None, "mine", "mig_bench", "mig-bench-univg", "grounded", {}, "", taken.version_id, True)
    known = {"category": "diff", "difficulty_band": None, "parse_error": None, "iou": None}
    with store.draft(stage="evaluate", stage_key="mig scored", run_id="run_scored", parents=[taken]) as draft:
        draft.add("scores", score_rows([known | {"correct": n < HITS} for n in range(528)], origin))
        return store, draft.publish().outputs["scores"]


def test_a_score_has_the_figures_of_its_part_beside_it_with_a_difference(scored: tuple[Store, Version]) -> None:
    with Corner(scored[0], [scored[1]]) as corner:
        near = next(one for one in neighbours(corner, scores(corner)) if one.new.category == "diff")
    assert near.new.edition == "revised"
    assert max(one.published.value for one in near.comparable) == 0.7348
    assert all(one.difference == near.new.value - one.published.value for one in near.comparable)
    assert len(near.apart) <= MOST_APART


def test_the_report_shows_both_and_says_what_is_not_comparable(scored: tuple[Store, Version]) -> None:
    page = render_report(scored[0], [scored[1]], title="mine", gallery=0)
    assert "Beside what was published" in page
    assert re.search(r"UniVG-R1</td><td class=\"n\">0\.720</td>", page)
    assert "Not comparable: the protocol is mig-bench-univg here and mig-bench-rerun there" in page


def test_a_report_of_what_nobody_published_says_nothing_of_it(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("scores")) as corner:
        assert neighbours(corner, scores(corner)) == []
