from __future__ import annotations

from pathlib import Path

from data.identity import new_run_id
from data.store import Store
from data.store.images import ImageReader
from models.teacher.config import GenerateConfig
from models.teacher.generate import generate_traces
from tests.models.teacher.generating import store_scenes


def test_imported_traces_are_taken_as_they_are_and_nobody_is_asked(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    samples = store_scenes(store, 3)
    rows = [
        {"trace_id": f"trc_{number}", "sample_id": sample.sample_id, "method": "imported", "text": "x"}
        for number, sample in enumerate(samples)
    ]
    config = GenerateConfig(method="imported")
    made = generate_traces(store, store.run(new_run_id()), samples[:2], ImageReader(store), config, None, None, imported=rows).traces
    assert made == rows[:2]
    assert list(store.requests()) == []
