"""Ask a claim again.

    python -m bench.claims --claim weights [--seeds 5] [--workers 2] [--store stores/claims]
    python -m bench.claims --table docs/claims.md

The first trains and measures what the claim needs, prints it as JSON and keeps it in ``<store>/claims``; run again, it goes on where it
was. The second writes the table of all claims that were asked into a document, between its two marks. Stages are found again by their
sources: run it from a checkout that does not change meanwhile.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.claims.claim import RECIPE, Claim, read_claims
from bench.claims.figures import Table, comparisons, gains
from bench.claims.lab import Lab
from bench.claims.study import Cell, Measured, Study
from bench.claims.table import rewritten
from data.store import Store
from data.store.files import write_bytes
from data.store.revision import code_revision

FOLDER = "claims"


def main(arguments: Sequence[str] | None = None) -> None:
    known = read_claims()
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--claim", choices=sorted(known))
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--workers", type=int, default=2, help="arms trained at the same time, with one thread each")
    options.add_argument("--base", metavar="CHECKPOINT", help="of the store, in the place of the student that a claim would pretrain")
    options.add_argument("--store", type=Path, default=Path("stores/claims"))
    options.add_argument("--table", type=Path, metavar="DOCUMENT")
    given = options.parse_args(arguments)
    if given.claim:
        store = Store.open(given.store.absolute())
        print(json.dumps(ask(known[given.claim], store, given.seeds, given.workers, given.base), indent=1))
    if given.table:
        found = [read_result(path, known) for path in sorted((given.store / FOLDER).glob("*.json"))]
        given.table.write_text(rewritten(given.table.read_text(), found, list(known)))


def ask(claim: Claim, store: Store, seeds: int, workers: int, base: str | None = None) -> dict[str, Any]:
    """Measure a claim and keep what came of it."""
    began = time.monotonic()
    lab = Lab(RECIPE, store)
    cells = Study(claim, lab, base).run(seeds, workers)
    result = {
        "claim": claim.name,
        "question": claim.question,
        "commit": code_revision(),
        "seeds": seeds,
        "held_out": sum(source["count"] for source in claim.test),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "minutes_of_work": lab.minutes(),
        "comparisons": comparisons(Table(claim, cells)),
        "cells": [asdict(one) for one in cells],
    }
    write_bytes(store.root, store.root / FOLDER / f"{claim.name}.json", json.dumps(result, indent=1).encode())
    return result


def read_result(path: Path, known: Mapping[str, Claim]) -> dict[str, Any]:
    """What was kept of a claim, compared anew from its cells, and what its arms gained."""
    found: dict[str, Any] = json.loads(path.read_text())
    cells = [Measured(**fields | {"cell": Cell(**fields["cell"])}) for fields in found["cells"]]
    table = Table(known[found["claim"]], cells)
    return found | {"comparisons": comparisons(table), "gains": gains(table)}


if __name__ == "__main__":
    main()
