import re
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import TypeAdapter

from data.sources.config import IngestConfig, SourceConfig
from data.sources.presence import RowCount, absent, count_rows

COLUMNS = {"question": "q", "image": "i"}
SOURCE: TypeAdapter[SourceConfig] = TypeAdapter(SourceConfig)


def said(source: dict[str, object]) -> list[str]:
    return absent(IngestConfig.model_validate({"sources": [source]}))


def counted(source: Mapping[str, object]) -> RowCount:
    return count_rows(SOURCE.validate_python(source))


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ({"kind": "folder", "path": "nowhere"}, r"there is no folder /.*nowhere$"),
        ({"kind": "yolo", "path": "nowhere", "names": {0: "a"}}, r"there is no folder /.*nowhere/images/train$"),
        ({"kind": "traces", "path": "nowhere/a.json", "dialect": "vigorl", "space": "pixel"}, r"there is no folder /.*nowhere$"),
        ({"kind": "parquet", "path": "nowhere/*.parquet", "space": "pixel", "columns": COLUMNS}, r"no Parquet file matches nowhere"),
        ({"kind": "hub", "repository": "a/b", "space": "pixel", "columns": COLUMNS}, r"data set a/b is loaded from the hub"),
    ],
)
def test_what_is_not_there_is_named(source: dict[str, object], sentence: str) -> None:
    assert re.match(rf"sources\.0: {sentence}", said(source)[0])


def test_a_folder_without_its_file_is_named(tmp_path: Path) -> None:
    assert said({"kind": "folder", "path": str(tmp_path)}) == [f"sources.0: there is no file {tmp_path / 'samples.jsonl'}"]


def test_nothing_is_absent_of_what_is_there_or_drawn(tmp_path: Path) -> None:
    (tmp_path / "samples.jsonl").write_text("{}\n")
    assert said({"kind": "folder", "path": str(tmp_path)}) == []
    assert said({"kind": "scenes", "count": 1}) == []


def test_lines_and_parquet_rows_are_counted(tmp_path: Path) -> None:
    (tmp_path / "samples.jsonl").write_text("{}\n" * 7)
    assert counted({"kind": "folder", "path": str(tmp_path), "expected": 2}) == RowCount(7, "counted")
    pq.write_table(pa.table({"q": ["a"] * 5}), tmp_path / "rows.parquet")
    parquet = {"kind": "parquet", "path": str(tmp_path / "*.parquet"), "space": "pixel", "columns": COLUMNS}
    assert counted(parquet) == RowCount(5, "counted")


def test_what_cannot_be_counted_is_what_is_expected() -> None:
    hub: dict[str, object] = {"kind": "hub", "repository": "a/b", "space": "pixel", "columns": COLUMNS}
    assert counted(hub | {"expected": 30}) == RowCount(30, "expected")
    assert counted(hub) == RowCount(None, "not known before ingest")
