"""Break a part and see what moves.

    python -m bench.parts [--part weights] [--seeds 5] [--workers 2] [--store stores/claims]
    python -m bench.parts --table docs/claims.md

The first prints, for every part, what each figure is with the part as it is and broken, and the difference with its 95 % interval over
seeds; it is kept in ``<store>/parts``. The second writes the table of all parts into a document, between its two marks.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.claims.claim import RECIPE, Arm, Claim, Comparison, read_claims
from bench.claims.lab import Lab
from bench.claims.statistics import paired
from bench.claims.study import Measured, Study
from bench.parts.figures import FIGURES
from bench.parts.table import rewritten
from data.config import Section
from data.store import Store
from data.store.files import write_bytes
from data.store.revision import code_revision
from flows.recipe import merge

PARTS = Path(__file__).with_name("parts.toml")
FOLDER = "parts"
WHOLE, BROKEN = "as it is", "broken"


class Part(Section):
    """A part of a method, and what breaks it."""

    says: str
    claim: str
    """The claim of which an arm has the part."""
    arm: str
    recipe: dict[str, Any] = {}
    """Settings that break it."""
    pool: list[dict[str, Any]] = []
    """Sources of what is reinforced on, where the claim's own give the part nothing to do."""
    figures: list[str]

    def halves(self, claim: Claim) -> Claim:
        """The claim's arm as it is, and broken, measured after its last updates."""
        arm = claim.arms[self.arm]
        broken = arm.model_copy(update={"recipe": merge(arm.recipe, self.recipe)})
        arms: dict[str, Arm] = {WHOLE: arm, BROKEN: broken}
        comparisons = [Comparison(better=WHOLE, other=BROKEN, paper=[])]
        own = {"pool": self.pool} if self.pool else {}
        return claim.model_copy(update={"arms": arms, "steps": claim.steps[-1:], "comparisons": comparisons} | own)


def main(arguments: Sequence[str] | None = None) -> None:
    parts = read_parts()
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--part", choices=sorted(parts), action="append", help="may be given several times; default: all")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--workers", type=int, default=2, help="arms trained at the same time, with one thread each")
    options.add_argument("--base", metavar="CHECKPOINT", help="of the store, in the place of the student that a claim would pretrain")
    options.add_argument("--store", type=Path, default=Path("stores/claims"))
    options.add_argument("--table", type=Path, metavar="DOCUMENT")
    given = options.parse_args(arguments)
    if given.table:
        found = [json.loads(path.read_text()) for path in sorted((given.store / FOLDER).glob("*.json"))]
        given.table.write_text(rewritten(given.table.read_text(), found, list(parts)))
        return
    store = Store.open(given.store.absolute())
    for name in given.part or parts:
        print(json.dumps(broken(name, parts[name], store, given.seeds, given.workers, given.base), indent=1))


def read_parts() -> dict[str, Part]:
    """Every part by name."""
    with PARTS.open("rb") as file:
        return {name: Part.model_validate(fields) for name, fields in tomllib.load(file).items()}


def broken(name: str, part: Part, store: Store, seeds: int, workers: int, base: str | None = None) -> dict[str, Any]:
    """Measure a part as it is and broken, and keep what came of it."""
    claim = part.halves(read_claims()[part.claim])
    lab = Lab(RECIPE, store)
    cells = [one for one in Study(claim, lab, base).run(seeds, workers) if one.cell.steps == last(claim, one.cell.arm)]
    result = {
        "part": name,
        "says": part.says,
        "commit": code_revision(),
        "minutes_of_work": lab.minutes(),
        "figures": [compared(lab, figure, cells) for figure in part.figures],
    }
    write_bytes(store.root, store.root / FOLDER / f"{name}.json", json.dumps(result, indent=1).encode())
    return result


def last(claim: Claim, arm: str) -> int:
    """The updates after which an arm is compared."""
    return claim.steps[-1] if claim.arms[arm].is_reinforced else 0


def compared(lab: Lab, figure: str, cells: Sequence[Measured]) -> dict[str, Any]:
    """A figure of both halves, one value a seed, and their difference."""
    values = {half: np.array([FIGURES[figure](lab, one) for one in cells if one.cell.arm == half]) for half in (WHOLE, BROKEN)}
    means = {half: round(float(found.mean()), 4) for half, found in values.items()}
    return {"figure": figure, **means, "difference": asdict(paired(list(values[WHOLE] - values[BROKEN])))}


if __name__ == "__main__":
    main()
