"""The arithmetic of the claims, and that their arms can be run."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from bench.claims.claim import RECIPE, read_claims
from bench.claims.figures import Table, comparisons, cost_of, gains
from bench.claims.statistics import Verdict, noncentrality, paired
from bench.claims.study import Cell, Measured
from bench.claims.table import GAINS, PLACE, rewritten
from bench.parts import table as parts_table
from bench.parts.__main__ import read_parts
from flows.recipe import load_recipe, merge
from models.exams.config import AskingConfig

CLAIMS = read_claims()
EMPTY = f"before\n{PLACE.start}\nold\n{PLACE.end}\nbetween\n{GAINS.start}{GAINS.end}after"


@pytest.mark.parametrize("name", CLAIMS)
def test_every_arm_is_a_recipe(name: str) -> None:
    for arm in CLAIMS[name].arms.values():
        assert load_recipe(RECIPE, merge(CLAIMS[name].recipe, arm.recipe)).reinforce
        assert AskingConfig.model_validate(CLAIMS[name].asked | arm.asked)


def test_every_part_breaks_an_arm_of_a_claim() -> None:
    for part in read_parts().values():
        whole, broken = part.halves(CLAIMS[part.claim]).arms.values()
        assert whole != broken


def test_an_interval_is_that_of_the_paired_t_test() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 6))
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (paired(list(a - b)).low, paired(list(a - b)).high) == pytest.approx(tuple(expected))


def test_what_is_detectable_is_found_four_times_of_five() -> None:
    chance, n = np.random.default_rng(1), 5
    runs = chance.normal(noncentrality(n) / math.sqrt(n), 1, size=(20_000, n))
    assert (stats.ttest_1samp(runs, 0, axis=1).pvalue < 0.05).mean() == pytest.approx(0.8, abs=0.01)


def test_a_verdict_follows_the_interval_and_the_sign_of_the_claim() -> None:
    above, across = paired([0.1, 0.11, 0.12]), paired([0.1, -0.1, 0.02])
    assert (above.verdict(), above.verdict(sign=-1)) == (Verdict.AS_THE_PAPER, Verdict.THE_OTHER_WAY)
    assert (across.verdict(), paired([0.3]).verdict()) == (Verdict.UNDECIDED, Verdict.UNDECIDED)


def test_a_cost_lies_between_the_points_of_a_curve() -> None:
    curve = [(0.0, 0.2), (10.0, 0.4), (20.0, 0.3)]
    assert cost_of(curve, 0.3) == pytest.approx(5.0)
    assert (cost_of(curve, 0.1), cost_of(curve, 0.5)) == (0.0, None)


def test_who_is_faster_takes_a_smaller_ratio() -> None:
    claim = CLAIMS["resampling"].model_copy(update={"steps": [10, 20], "comparisons": CLAIMS["resampling"].comparisons[:1]})
    gains = {"posterior": {0: 0.0, 10: 0.2, 20: 0.2}, "uniform": {0: 0.0, 10: 0.1, 20: 0.2}}
    cells = [
        Measured(Cell(arm, seed, steps), dict.fromkeys(("greedy", "sampled"), 0.3 + gain + seed / 1000), rollouts=steps * 128)
        for arm, by_steps in gains.items()
        for steps, gain in by_steps.items()
        for seed in (1, 2)
    ]
    row = next(row for row in comparisons(Table(claim, cells)) if row["figure"] == "updates")
    assert row["mean"] == pytest.approx(0.5, abs=0.02)
    assert row["never"] == {"posterior": 0, "uniform": 0}


def test_where_nobody_gains_there_is_no_target() -> None:
    claim = CLAIMS["resampling"].model_copy(update={"steps": [10], "comparisons": CLAIMS["resampling"].comparisons[:1]})
    cells = [
        Measured(Cell(arm, seed, steps), dict.fromkeys(("greedy", "sampled"), 0.5 - steps / 1000 + seed / 1000))
        for arm in ("posterior", "uniform", "refill")
        for steps in (0, 10)
        for seed in (1, 2)
    ]
    table = Table(claim, cells)
    assert [(row["figure"], row.get("gain")) for row in comparisons(table)] == [("accuracy", None), ("no target", pytest.approx(-0.01))] * 2
    assert [row["mean"] for row in gains(table)] == pytest.approx([-0.01] * 6)
    result = {"claim": claim.name, "seeds": 2, "held_out": 9, "commit": None, "comparisons": comparisons(table), "gains": gains(table)}
    assert "no target: uniform itself -1.0" in rewritten(EMPTY, [result], [claim.name])


def test_students_that_were_finetuned_apart_are_compared_before_reinforcement_too() -> None:
    claim = CLAIMS["search"].model_copy(update={"steps": [10]})
    cells = [
        Measured(Cell(arm, seed, steps), dict.fromkeys(("greedy", "sampled"), 0.5 - (arm == "tree") * (steps + seed) / 100))
        for arm in ("tree", "linear")
        for steps in (0, 10)
        for seed in (1, 2)
    ]
    table = Table(claim, cells)
    assert [(row["figure"], round(row["mean"], 3)) for row in comparisons(table)] == [("accuracy", -0.115), ("finetuned alone", -0.015)] * 2
    result = {"claim": claim.name, "seeds": 2, "held_out": 9, "commit": None, "comparisons": comparisons(table), "gains": gains(table)}
    assert "| tree less linear, finetuned alone | greedy |" in rewritten(EMPTY, [result], [claim.name])


def test_a_table_is_written_between_its_marks(tmp_path: Path) -> None:
    written = rewritten(EMPTY, [], ["weights"])
    assert written.startswith(f"before\n{PLACE.start}\n\n| claim |")
    assert "| weights | not asked yet |" in written
    with pytest.raises(ValueError, match="has no"):
        rewritten("nothing", [], [])


def test_what_breaking_a_part_moved_is_a_row_for_each_figure() -> None:
    difference = {"mean": 0.2, "low": 0.1, "high": 0.3, "detectable": 0.1, "seeds": 5}
    result = {
        "part": "weights",
        "commit": "0123456789",
        "figures": [{"figure": "greedy", "as it is": 0.5, "broken": 0.3, "difference": difference}],
    }
    place = parts_table.PLACE
    written = parts_table.rewritten(f"{place.start}{place.end}", [result], ["weights", "crops"])
    assert "| weights | greedy | 0.500 | 0.300 | **+0.200 (+0.100 to +0.300)** | 5 seeds, 0123456 |" in written
    assert "| crops | not asked yet |" in written
