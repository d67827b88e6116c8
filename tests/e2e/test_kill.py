"""Every stage is killed when the n-th new file appears in its store, and run again: nothing is lost, doubled or paid for twice."""

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from data.store import Manifest, Store
from tasks.stage import Stage
from tests.e2e.house import House

pytestmark = pytest.mark.timeout(300)
CLOCKS = {"started_at", "latency_s", "attempt_errors"}
UNORDERED = {"requests"}
"""Tables whose rows stand in the order in which replies came."""


@pytest.mark.parametrize("stage", list(Stage))
def test_a_killed_stage_goes_on_where_it_was(stage: Stage, copied: Callable[[], House]) -> None:
    house = copied()
    whole, count = undo(house, stage)
    number = random.Random(str(stage)).randint(1, max(1, count - 1))
    assert kill_at_file(house, stage, number), f"{stage} ended before file {number} of {count} was seen"
    paid = {row["request_id"]: row for row in Store(house.store).requests() if row["run_id"] == whole.run_id}
    again = house.stage(stage)
    _, said = again.communicate(timeout=400)
    assert again.returncode == 0, said.decode()[-2000:]
    store = house.opened()
    made = made_by(store, stage)
    assert made.run_id == whole.run_id
    assert facts(store, made) == facts(Store(house.store.parent / "whole"), whole)
    kept = {row["request_id"]: row for row in store.requests()}
    assert {name: kept[name]["started_at"] for name in paid} == {name: row["started_at"] for name, row in paid.items()}


def made_by(store: Store, stage: Stage) -> Manifest:
    return next(manifest for manifest in reversed(store.manifests()) if manifest.stage == stage)


def undo(house: House, stage: Stage) -> tuple[Manifest, int]:
    """Take the stage and what follows back, but for its run, which is left as if it had just begun; the whole is kept beside.

    Also how many files the stage made.
    """
    shutil.copytree(house.store, house.store.parent / "whole")
    before = files(house.store)
    store = house.opened()
    whole = next(manifest for manifest in store.manifests() if manifest.stage == stage)
    later = list(Stage)[list(Stage).index(stage) :]
    for path in (house.store / "manifests").glob("*.json"):
        if json.loads(path.read_text())["stage"] in later:
            path.unlink()
    for manifest in store.manifests():
        if manifest.stage in later and manifest.run_id != whole.run_id:
            shutil.rmtree(house.store / "runs" / manifest.run_id, ignore_errors=True)
    shutil.rmtree(house.store / "reports")
    later_files = before - files(house.store)
    folder = house.store / "runs" / whole.run_id
    for path in folder.iterdir():
        if path.name != "run.json":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    remove_objects(house.store, whole, store.manifests())
    store.run(whole.run_id).record(status="failed")
    return whole, len(before - files(house.store) - later_files) + 1


def remove_objects(root: Path, whole: Manifest, kept: Sequence[Manifest]) -> None:
    """Remove the files of the manifest's versions that no other has."""
    needed = {file.path for manifest in kept for version in manifest.outputs.values() for file in version.files}
    for version in whole.outputs.values():
        for file in version.files:
            if file.path not in needed:
                (root / file.path).unlink(missing_ok=True)


def kill_at_file(house: House, stage: Stage, number: int) -> bool:
    """Run the stage and kill it when that many new files have been seen, temporary ones included; whether it came to that."""
    before, seen = files(house.store), set[str]()
    process = house.stage(stage)
    while process.poll() is None and len(seen) < number:
        seen |= files(house.store) - before
        time.sleep(0.002)
    is_killed = process.poll() is None
    if is_killed:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return is_killed


def files(root: Path) -> set[str]:
    return {f"{folder}/{name}" for folder, _, names in os.walk(root) for name in names}


def facts(store: Store, manifest: Manifest) -> dict[str, Any]:
    """What a stage published, clocks aside: rows of tables, hashes of weights."""
    found: dict[str, Any] = {}
    for name, version in manifest.outputs.items():
        if version.folder is not None:
            found[name] = sorted(file.sha256 for file in version.files if file.path.endswith(".safetensors"))
        else:
            rows = [{key: value for key, value in row.items() if key not in CLOCKS} for row in store.read(version).to_pylist()]
            found[name] = [row for row in rows if not str(row.get("name")).startswith("seconds")]
            if name in UNORDERED:
                found[name].sort(key=lambda row: row["request_id"])
    return found
