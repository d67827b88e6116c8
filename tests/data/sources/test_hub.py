import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.sources.config import HubConfig
from data.sources.hub import RemoteFolder, read_hub
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError

COLUMNS = {"question": "question", "image": "image", "boxes": "bbox"}


def read(path: Path, **options: Any) -> list[Problem | Reject]:
    config = {"repository": str(path), "columns": COLUMNS, "space": "pixel", "task": "box"} | options
    return list(read_hub(HubConfig.model_validate(config), 1_000_000))


@pytest.fixture
def image_folder(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    """What ``datasets`` knows as an image folder: pictures and a ``metadata.jsonl``."""
    (tmp_path / "a.png").write_bytes(picture())
    (tmp_path / "metadata.jsonl").write_text(json.dumps({"file_name": "a.png", "question": "Box it.", "bbox": [1, 2, 3, 4]}))
    return tmp_path


def test_an_image_folder_keeps_its_stored_bytes(image_folder: Path) -> None:
    [item] = read(image_folder)
    assert isinstance(item, Problem)
    assert item.locator == "train:1"
    assert item.images[0].stored == (image_folder / "a.png").read_bytes()
    assert item.images[0].path == "a.png"


def test_a_folder_of_parquet_with_embedded_images(tmp_path: Path, picture: Callable[..., bytes]) -> None:
    row = {"image": {"bytes": picture(), "path": None}, "question": "Box it.", "bbox": [[1, 2, 3, 4]]}
    features = {"info": {"features": {"image": {"_type": "Image"}}}}
    table = pa.Table.from_pylist([row, row | {"bbox": [[9, 9, 999, 99]]}])
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(features)}), tmp_path / "train.parquet")
    good, bad = read(tmp_path)
    assert isinstance(good, Problem)
    assert isinstance(bad, Reject)
    assert bad.reason == Reason.OUTSIDE_IMAGE


def test_a_wrong_column_is_one_error_naming_both_sides(image_folder: Path) -> None:
    with pytest.raises(SourceError, match="has no column prompt; it has image, question, bbox"):
        read(image_folder, columns=COLUMNS | {"question": "prompt"})


@pytest.mark.parametrize("options", [{"source_split": "gone"}, {"name": "gone"}])
def test_an_unknown_split_or_name_is_one_error(image_folder: Path, options: dict[str, str]) -> None:
    with pytest.raises(SourceError, match=r"cannot be loaded: .*gone"):
        read(image_folder, **options)


def test_an_absent_folder_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be loaded"):
        read(tmp_path / "gone")


def test_a_remote_data_set_reads_nothing_of_this_machine(image_folder: Path) -> None:
    folder = RemoteFolder(Path("someone/something"), 1_000_000)
    for path in (str(image_folder / "a.png"), f"file://{image_folder}/a.png", f"zip://a.png::{image_folder}/a.zip"):
        with pytest.raises(RowError, match="is no file of the data set on the hub"):
            folder.read(path)
