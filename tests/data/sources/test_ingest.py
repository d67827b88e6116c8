import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.images import open_image
from data.sources.config import IngestConfig
from data.sources.ingest import ROWS_PER_BATCH, Counts, ingest
from data.sources.problem import Reason, SourceError
from data.store import Manifest, Store

SCENES = {"kind": "scenes", "count": 6, "tasks": {"point": 1, "choice": 1, "multi_image": 1}, "bands": {"easy": 1, "hard": 1}}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def publish(store: Store, *sources: dict[str, Any], run_id: str = "run_1") -> tuple[Counts, Manifest]:
    config = IngestConfig.model_validate({"sources": sources})
    with store.draft(stage="ingest", stage_key=run_id, run_id=run_id) as draft:
        return ingest(config, run_id, draft), draft.publish()


def rows(store: Store, manifest: Manifest, table_name: str) -> list[dict[str, Any]]:
    return store.read(manifest.outputs[table_name]).to_pylist()


@pytest.fixture
def folder_source(folder: Path) -> Callable[..., dict[str, Any]]:
    def write(*questions: str, box: list[int] | None = None) -> dict[str, Any]:
        lines = [{"image": "a.png", "question": question, "task": "box", "boxes": box or [1, 2, 3, 4]} for question in questions]
        (folder / "samples.jsonl").write_text("\n".join(map(json.dumps, lines)))
        return {"kind": "folder", "path": folder, "space": "pixel"}

    return write


def test_drawn_scenes_become_samples_and_images(store: Store) -> None:
    counts, manifest = publish(store, SCENES)
    samples, images = rows(store, manifest, "samples"), rows(store, manifest, "images")
    assert (len(samples), len(images)) == (counts.samples, counts.images)
    assert {image for sample in samples for image in sample["image_ids"]} == {image["image_id"] for image in images}
    for image in images:
        assert open_image(image["bytes"]).size == (image["width"], image["height"])


def test_an_image_of_several_samples_is_kept_once(store: Store, folder_source: Callable[..., dict[str, Any]]) -> None:
    counts, manifest = publish(store, folder_source("Box it.", "Box this."))
    assert (counts.samples, counts.images) == (2, 1)
    assert len(rows(store, manifest, "images")) == 1


def test_a_repeated_row_is_a_duplicate(store: Store, folder_source: Callable[..., dict[str, Any]]) -> None:
    counts, manifest = publish(store, folder_source("Box it.", "Box it."))
    [reject] = rows(store, manifest, "rejects")
    assert counts.samples == 1
    assert (reject["locator"], reject["reason"], reject["run_id"]) == ("samples.jsonl:2", Reason.DUPLICATE, "run_1")
    assert reject["detail"] == "the same problem as samples.jsonl:1"
    assert reject["source"].startswith("folder ")


def test_the_same_sample_of_two_sources_is_a_duplicate(store: Store, folder_source: Callable[..., dict[str, Any]]) -> None:
    source = folder_source("Box it.")
    counts, manifest = publish(store, source, source | {"split": "test"})
    [reject] = rows(store, manifest, "rejects")
    assert counts.samples == 1
    assert reject["locator"] == "sources[1]/samples.jsonl:1"
    assert reject["detail"] == "the same problem as sources[0]/samples.jsonl:1"


def test_rejects_are_counted_by_reason(store: Store, folder_source: Callable[..., dict[str, Any]]) -> None:
    counts, manifest = publish(store, SCENES, folder_source("Box it.", "Box this.", box=[0, 0, 999, 9]))
    assert counts.rejects == {Reason.OUTSIDE_IMAGE: 2}
    assert counts.sources == {"scenes 0": 6}
    assert Counter(row["reason"] for row in rows(store, manifest, "rejects")) == {"outside_image": 2}


def test_where_nothing_is_taken_the_tables_are_still_published(store: Store, folder: Path) -> None:
    (folder / "samples.jsonl").write_text("not json\n")
    _, manifest = publish(store, {"kind": "folder", "path": folder})
    assert {name: version.rows for name, version in manifest.outputs.items()} == {"images": 0, "samples": 0, "rejects": 1}


def test_the_same_recipe_gives_the_same_rows(store: Store) -> None:
    (_, first), (_, second) = publish(store, SCENES), publish(store, SCENES | {"count": 9}, run_id="run_2")
    ids = [{row["sample_id"] for row in rows(store, manifest, "samples")} for manifest in (first, second)]
    assert ids[0] < ids[1]


def test_a_source_that_is_none_stops_with_one_sentence(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no folder"):
        publish(store, {"kind": "folder", "path": tmp_path / "gone"})


def test_progress_is_seen_after_each_row() -> None:
    seen: list[int] = []
    ingest(IngestConfig.model_validate({"sources": [SCENES]}), "run_1", Sink(), lambda counts: seen.append(counts.samples))
    assert seen == [1, 2, 3, 4, 5, 6]


def test_images_are_handed_on_in_batches() -> None:
    sink = Sink()
    config = SCENES | {"count": 3 * ROWS_PER_BATCH, "tasks": {"point": 1}}
    counts = ingest(IngestConfig.model_validate({"sources": [config]}), "run_1", sink)
    assert sum(map(len, sink.image_batches)) == counts.images == 3 * ROWS_PER_BATCH
    assert max(map(len, sink.image_batches)) == ROWS_PER_BATCH


class Sink:
    """Keeps the ids of images by batch."""

    def __init__(self) -> None:
        self.image_batches: list[list[str]] = []

    def add(self, table_name: str, rows: list[dict[str, Any]]) -> None:
        if table_name == "images":
            self.image_batches.append([row["image_id"] for row in rows])


def test_rejects_of_one_locator_are_all_kept(store: Store, tmp_path: Path, picture: Callable[..., bytes]) -> None:
    for name, content in (("images/train/one.png", picture(100, 50)), ("labels/train/one.txt", b"0 9 9 1 1\n0 .5 .5 .2 .2")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    counts, manifest = publish(store, {"kind": "yolo", "path": tmp_path, "names": {0: "1"}})
    found = {row["locator"]: row["reason"] for row in rows(store, manifest, "rejects")}
    assert found == {"labels/train/one.txt:1": Reason.OUTSIDE_IMAGE, "labels/train/one.txt:1 (2)": Reason.INCOMPLETE}
    assert counts.rejects.total() == len(found)
