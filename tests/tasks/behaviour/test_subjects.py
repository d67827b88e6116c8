from pathlib import Path

import pytest

from data.store import Store, StoreError
from tasks.behaviour.subjects import find_subjects


def test_runs_that_an_id_could_mean_are_counted_by_run(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    for key, run_id in (("one", "run_0a"), ("two", "run_0a"), ("three", "run_0b")):
        with store.draft(stage="generate", stage_key=key, run_id=run_id) as draft:
            draft.add("traces", [{"trace_id": f"trc_{key}", "steps": []}])
            draft.publish()
    with pytest.raises(StoreError, match="2 runs that made traces have an id that starts with 'run_0'"):
        find_subjects(store, "run_0")
    assert [subject.subject_id for subject in find_subjects(store, "run_0a").subjects] == ["trc_two"]
