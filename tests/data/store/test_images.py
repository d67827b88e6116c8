"""The image reader and what other readers make of stored images."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from data.identity import image_id
from data.store import Store, StoreError, writer
from data.store.images import ImageReader


def picture(shade: int, size: tuple[int, int] = (8, 6)) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, (shade % 256, shade // 256, 7)).save(buffer, "PNG")
    return buffer.getvalue()


def store_images(store: Store, key: str, stored: list[bytes]) -> None:
    with store.draft(stage="ingest", stage_key=key, run_id="run_a") as draft:
        for one in stored:
            draft.add("images", [{"image_id": image_id(one), "bytes": one, "format": "PNG", "width": 8, "height": 6}])
        draft.publish()


def test_images_of_all_versions_are_found_by_id(store: Store) -> None:
    store_images(store, "a", [picture(1), picture(2)])
    store_images(store, "b", [picture(2), picture(3)])
    reader = ImageReader(store)
    assert [reader.bytes(image_id(picture(shade))) for shade in (1, 2, 3)] == [picture(1), picture(2), picture(3)]
    assert reader.size(image_id(picture(3))) == (8, 6)
    assert reader.open(image_id(picture(1))).getpixel((0, 0)) == (1, 0, 7)


def test_a_reader_of_one_version_sees_that_version(store: Store) -> None:
    store_images(store, "a", [picture(1)])
    first = store.resolve("images")
    store_images(store, "b", [picture(2)])
    reader = ImageReader(store, first)
    assert image_id(picture(1)) in reader
    with pytest.raises(StoreError, match=r"there is no image img_.* among the 1 in reach"):
        reader.bytes(image_id(picture(2)))


def test_images_are_sorted_by_id_in_groups_of_a_thousand(store: Store) -> None:
    store_images(store, "a", [picture(shade, (1, 1)) for shade in range(2_100)])
    version = store.resolve("images")
    ids = [str(name) for name in store.read(version, columns=["image_id"]).column("image_id").to_pylist()]
    assert ids == sorted(set(ids))
    with pq.ParquetFile(store.paths(version)[0]) as file:
        assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [1000, 1000, 100]


def test_many_images_become_several_files_of_disjoint_ids(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "ROWS_PER_SORTED_FILE", 40)
    store_images(store, "a", [picture(shade) for shade in range(100)])
    version = store.resolve("images")
    ids = [str(name) for name in store.read(version, columns=["image_id"]).column("image_id").to_pylist()]
    assert [file.rows for file in version.files] == [40, 40, 20]
    assert ids == sorted(set(ids))


def test_datasets_decodes_the_images_of_an_sft_version_by_itself(store: Store, tmp_path: Path) -> None:
    content = [{"type": "image", "text": None}, {"type": "text", "text": "Where?"}]
    row = {
        "trace_id": "trc_1",
        "dialect": "vigorl",
        "sample_id": "smp_1",
        "split": "train",
        "messages": [{"role": "user", "content": content}],
        "images": [{"bytes": picture(5), "path": None}],
    }
    with store.draft(stage="publish", stage_key="a", run_id="run_a") as draft:
        draft.add("sft", [row])
        version = draft.publish().outputs["sft"]
    from datasets import load_dataset

    files = [str(path) for path in store.paths(version)]
    loaded = load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))[0]
    assert isinstance(loaded["images"][0], Image.Image)
    assert loaded["images"][0].getpixel((0, 0)) == (5, 0, 7)
    assert loaded["messages"] == row["messages"]
