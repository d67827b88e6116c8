import os
from pathlib import Path
from typing import Any

import pytest

from data.sources.config import IngestConfig
from data.sources.fingerprint import fingerprint
from data.store import Store


def of(**source: Any) -> str:
    return fingerprint(IngestConfig.model_validate({"sources": [source]}))


def sources_in(folder: Path) -> list[dict[str, Any]]:
    columns = {"question": "q", "image": "i"}
    return [
        {"kind": "folder", "path": folder},
        {"kind": "traces", "path": folder / "a.png", "dialect": "vigorl", "space": "pixel"},
        {"kind": "parquet", "path": str(folder / "*.png"), "columns": columns, "space": "pixel"},
        {"kind": "hub", "repository": str(folder), "columns": columns, "space": "pixel"},
    ]


@pytest.mark.parametrize("number", range(4))
def test_a_changed_file_changes_it_and_nothing_else_does(folder: Path, number: int) -> None:
    source = sources_in(folder)[number]
    before = of(**source)
    assert of(**source) == before
    os.utime(folder / "b.png", ns=(1, 1))
    assert of(**source) != before


def test_scenes_and_absent_folders_have_one_too(tmp_path: Path) -> None:
    assert of(kind="scenes", count=1) == of(kind="scenes", count=1)
    assert of(kind="yolo", path=tmp_path / "gone", names={0: "dog"}) == of(kind="yolo", path=tmp_path / "gone", names={0: "dog"})


def test_a_store_inside_a_source_is_no_part_of_it(folder: Path) -> None:
    before = of(kind="folder", path=folder)
    store = Store.open(folder / "store")
    (store.root / "runs" / "log.jsonl").write_text("{}")
    assert of(kind="folder", path=folder) == before
