from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.sources.columns import read_parquet
from data.sources.config import ParquetConfig
from data.sources.problem import Problem, Reason, Reject, SourceError

COLUMNS = {"question": "prompt", "image": "picture", "boxes": "bbox"}


def read(path: Path | str, **options: Any) -> list[Problem | Reject]:
    config = {"path": str(path), "columns": COLUMNS, "space": "pixel", "task": "box"} | options
    return list(read_parquet(ParquetConfig.model_validate(config), 1_000_000))


@pytest.fixture
def write_parquet(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: dict[str, Any], name: str = "train-0.parquet") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(list(rows)), path)
        return path

    return write


def test_mapped_columns_become_a_problem(write_parquet: Callable[..., Path], picture: Callable[..., bytes]) -> None:
    path = write_parquet({"prompt": "Box it.", "picture": {"bytes": picture(), "path": "x.png"}, "bbox": [[1, 2, 3, 4]], "other": 1})
    [item] = read(path)
    assert isinstance(item, Problem)
    assert (item.locator, item.question, item.meta) == ("train-0.parquet:1", "Box it.", {})
    assert item.images[0].path == "x.png"
    assert (item.boxes[0].x1, item.boxes[0].y2) == (1, 4)


def test_images_may_be_bare_bytes_or_paths(write_parquet: Callable[..., Path], picture: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    path = write_parquet({"prompt": "Box it.", "picture": picture(), "bbox": [1, 2, 3, 4]})
    other = write_parquet({"prompt": "Box it.", "picture": "a.png", "bbox": [1, 2, 3, 4]}, name="other.parquet")
    [stored], [named] = read(path), read(other)
    assert isinstance(stored, Problem)
    assert isinstance(named, Problem)
    assert stored.images[0].image_id == named.images[0].image_id


def test_boxes_by_width_and_height_are_converted(write_parquet: Callable[..., Path], picture: Callable[..., bytes]) -> None:
    [item] = read(write_parquet({"prompt": "Box it.", "picture": picture(), "bbox": [10, 20, 30, 5]}), box_format="xywh")
    assert isinstance(item, Problem)
    assert (item.boxes[0].x2, item.boxes[0].y2) == (40, 25)


def test_bad_rows_are_rejects_and_the_rest_goes_on(write_parquet: Callable[..., Path], picture: Callable[..., bytes]) -> None:
    rows = [
        {"prompt": "Box it.", "picture": picture(), "bbox": [1, 2, 300, 4]},
        {"prompt": "Box it.", "picture": b"no image", "bbox": [1, 2, 3, 4]},
        {"prompt": None, "picture": picture(), "bbox": [1, 2, 3, 4]},
        {"prompt": "Box it.", "picture": None, "bbox": [1, 2, 3, 4]},
        {"prompt": "Box it.", "picture": picture(), "bbox": [1, 2, 3, 4]},
    ]
    items = read(write_parquet(*rows))
    expected = [Reason.OUTSIDE_IMAGE, Reason.UNREADABLE_IMAGE, Reason.MISSING_FIELD, Reason.MISSING_FIELD]
    assert [item.reason for item in items if isinstance(item, Reject)] == expected
    assert items[-1].locator == "train-0.parquet:5"
    assert isinstance(items[-1], Problem)


def test_an_absolute_path_in_a_file_is_a_reject(write_parquet: Callable[..., Path]) -> None:
    [item] = read(write_parquet({"prompt": "Box it.", "picture": {"bytes": None, "path": "/etc/hostname"}, "bbox": [1, 2, 3, 4]}))
    assert isinstance(item, Reject)
    assert item.reason == Reason.PATH_LEAVES_FOLDER


def test_a_glob_names_several_files_with_locators_of_their_own(write_parquet: Callable[..., Path], picture: Callable[..., bytes]) -> None:
    for name in ("a/0.parquet", "b/0.parquet"):
        path = write_parquet({"prompt": f"Box {name}.", "picture": picture(), "bbox": [1, 2, 3, 4]}, name=name)
    assert [item.locator for item in read(path.parent.parent / "*" / "*.parquet")] == ["a/0.parquet:1", "b/0.parquet:1"]


def test_a_wrong_column_is_one_error_naming_both_sides(write_parquet: Callable[..., Path]) -> None:
    path = write_parquet({"question": "Box it.", "image": b"", "bbox": [1, 2, 3, 4]})
    with pytest.raises(SourceError, match=r"train-0.parquet has no column picture, prompt; it has question, image, bbox"):
        read(path)


def test_a_map_without_an_image_or_a_task_is_an_error(write_parquet: Callable[..., Path]) -> None:
    path = write_parquet({"prompt": "Box it."})
    with pytest.raises(SourceError, match="should map image or images"):
        read(path, columns={"question": "prompt"})
    with pytest.raises(SourceError, match="no task is known"):
        read(path, task=None)


def test_what_is_no_parquet_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(SourceError, match=r"x.parquet is no readable Parquet file"):
        read(tmp_path / "x.parquet")
    with pytest.raises(SourceError, match="no Parquet file matches"):
        read(tmp_path / "*.pq")
