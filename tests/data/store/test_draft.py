"""Publishing: all outputs at once, the first one wins, and nothing half made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from data.store import Manifest, Store, StoreError
from data.tables import CHECKPOINTS


def publish(store: Store, key: str = "k", run_id: str = "run_a", force: bool = False, samples: str = "s1") -> Manifest:
    with store.draft(stage="ingest", stage_key=key, run_id=run_id, config={"seed": 1}, force=force) as draft:
        draft.add("samples", [{"sample_id": name} for name in samples.split()])
        draft.add("rejects", [])
        return draft.publish()


def files_below(folder: Path) -> list[Path]:
    return sorted(Path(place, name) for place, _, names in os.walk(folder) for name in names)


def test_every_output_becomes_visible_at_once(store: Store) -> None:
    manifest = publish(store, samples="s1 s2")
    assert {version.table_name: version.rows for version in store.versions()} == {"samples": 2, "rejects": 0}
    assert len(files_below(store.root / "manifests")) == 1
    assert manifest.outputs["samples"].config == {"seed": 1}


def test_another_process_reads_what_was_published(store: Store) -> None:
    assert Store.open(store.root).find("k") is None
    assert publish(store) == Store.open(store.root).find("k")


def test_a_version_id_hashes_table_content_and_stage_key(store: Store) -> None:
    first, other_key, other_rows = publish(store, "k"), publish(store, "l"), publish(store, "m", samples="s2")
    ids = {manifest.outputs["samples"].version_id for manifest in (first, other_key, other_rows)}
    assert len(ids) == 3
    assert first.outputs["samples"].content_hash == other_key.outputs["samples"].content_hash


def test_the_same_rows_in_other_chunks_are_the_same_content(store: Store) -> None:
    rows = [{"sample_id": f"s{number}"} for number in range(25_000)]
    hashes = set()
    for key, size in (("a", 25_000), ("b", 7_001)):
        with store.draft(stage="ingest", stage_key=key, run_id="run_a") as draft:
            for start in range(0, len(rows), size):
                draft.add("samples", rows[start : start + size])
            hashes.add(draft.publish().outputs["samples"].content_hash)
    assert len(hashes) == 1


def test_the_loser_of_a_key_gets_the_manifest_of_the_winner(store: Store) -> None:
    winner = publish(store, run_id="run_a", samples="s1")
    assert publish(store, run_id="run_b", samples="s2") == winner
    assert len(store.versions("samples")) == 1


def test_of_many_threads_that_publish_one_key_one_wins(store: Store) -> None:
    made: list[Manifest] = []
    threads = [
        threading.Thread(target=lambda name=f"run_{number}": made.append(publish(Store(store.root), run_id=name, samples=name)))
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({manifest.run_id for manifest in made}) == 1
    assert len(files_below(store.root / "manifests")) == 1


def test_a_forced_draft_publishes_beside_the_earlier_one(store: Store) -> None:
    first = publish(store, samples="s1")
    second = publish(store, samples="s2", force=True)
    assert store.find("k") == second
    assert [version.version_id for version in store.versions("samples")] == [
        first.outputs["samples"].version_id,
        second.outputs["samples"].version_id,
    ]


def test_forcing_the_earlier_content_again_makes_it_the_latest(store: Store) -> None:
    first = publish(store, samples="s1")
    publish(store, samples="s2", force=True)
    third = publish(store, samples="s1", force=True)
    assert store.resolve("samples") == first.outputs["samples"]
    assert store.find("k") == third
    assert len(store.versions("samples")) == 2


def test_a_damaged_version_is_made_again(store: Store) -> None:
    first = publish(store)
    path = store.root / first.outputs["samples"].files[0].path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert store.find("k") is None
    again = publish(store, run_id="run_b")
    assert again.run_id == "run_a", "the same bytes repair the version that was there"
    assert store.read(again.outputs["samples"]).num_rows == 1


def test_an_entity_that_comes_twice_is_stored_once(store: Store) -> None:
    manifest = publish(store, samples="s1 s2 s1")
    assert store.read(manifest.outputs["samples"]).column("sample_id").to_pylist() == ["s1", "s2"]


def test_two_verdicts_on_a_trace_in_one_version_are_an_error(store: Store) -> None:
    with (
        store.draft(stage="curate", stage_key="k", run_id="run_a") as draft,
        pytest.raises(StoreError, match=r"verdicts has two rows with .*'t1'"),
    ):
        draft.add("verdicts", [{"trace_id": "t1", "kept": True}, {"trace_id": "t1", "kept": False}])


def test_a_wrong_column_and_a_wrong_table_are_named(store: Store) -> None:
    with store.draft(stage="ingest", stage_key="k", run_id="run_a") as draft:
        with pytest.raises(StoreError, match=r"row 0 of samples has columns \['colour'\]"):
            draft.add("samples", [{"colour": "red"}])
        with pytest.raises(StoreError, match="there is no table sample;"):
            draft.add("sample", [])
        with pytest.raises(StoreError, match="do not fit the table samples"):
            draft.add("samples", [{"sample_id": "s1", "boxes": "none"}])


def test_leaving_a_draft_unpublished_leaves_nothing(store: Store) -> None:
    with store.draft(stage="ingest", stage_key="k", run_id="run_a") as draft:
        draft.add("samples", [{"sample_id": "s1"}])
    assert files_below(store.root) == []


def test_a_checkpoint_is_a_version_with_its_files(store: Store, tmp_path: Path) -> None:
    model = tmp_path / "model"
    (model / "adapter").mkdir(parents=True)
    (model / "weights.bin").write_bytes(b"abc")
    (model / "adapter" / "config.json").write_text("{}")
    with store.draft(stage="pretrain", stage_key="k", run_id="run_a") as draft:
        draft.add_folder(CHECKPOINTS, model)
        version = draft.publish().outputs[CHECKPOINTS]
    assert version.version_id.startswith("ckp_")
    assert (store.folder(version) / "adapter" / "config.json").read_text() == "{}"
    assert (model / "weights.bin").exists()


def test_a_damaged_checkpoint_is_replaced(store: Store, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights.bin").write_bytes(b"abc")
    for run_id in ("run_a", "run_b"):
        with store.draft(stage="pretrain", stage_key="k", run_id=run_id) as draft:
            draft.add_folder(CHECKPOINTS, tmp_path / "model")
            version = draft.publish().outputs[CHECKPOINTS]
        assert (store.folder(version) / "weights.bin").read_bytes() == b"abc"
        (store.folder(version) / "weights.bin").write_bytes(b"xyz")
        with pytest.raises(StoreError, match="damaged"):
            store.folder(version)


def test_an_empty_checkpoint_folder_is_an_error(store: Store, tmp_path: Path) -> None:
    with store.draft(stage="pretrain", stage_key="k", run_id="run_a") as draft, pytest.raises(StoreError, match="empty or absent"):
        draft.add_folder(CHECKPOINTS, tmp_path / "absent")


CHILD = """
import sys
from data.store import Store
store = Store.open(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
with store.draft(stage="ingest", stage_key="k", run_id="run_a") as draft:
    for table, key in (("samples", "sample_id"), ("traces", "trace_id"), ("images", "image_id")):
        draft.add(table, [{key: f"{table}-{number}"} for number in range(2_000)])
    draft.publish()
"""


@pytest.mark.parametrize("count", [1, 3, 5, 6])
def test_a_process_killed_between_files_leaves_no_half_made_version(store: Store, count: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(store.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        child.stdin.write("go\n")
        child.stdin.flush()
        while child.poll() is None and len(files_below(store.root)) < count:
            pass
        child.send_signal(signal.SIGKILL)
    manifest = Store.open(store.root).find("k")
    assert manifest is None or {name: version.rows for name, version in manifest.outputs.items()} == dict.fromkeys(manifest.outputs, 2_000)
    done = subprocess.run([sys.executable, "-c", CHILD, str(store.root)], input="go\n", text=True, capture_output=True, check=True)
    assert done.returncode == 0
    assert {version.table_name: version.rows for version in Store.open(store.root).versions()} == {
        "samples": 2_000,
        "traces": 2_000,
        "images": 2_000,
    }
    assert files_below(store.root / "tmp") == []


FULL = """
import json, os, resource, sys
from data.store import Store, StoreError
store = Store.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with store.draft(stage="ingest", stage_key="k", run_id="run_a") as draft:
        draft.add("rejects", [])
        for number in range(4):
            draft.add("images", [{"image_id": f"{number}-{i}", "bytes": os.urandom(400)} for i in range(1_000)])
        draft.publish()
except StoreError as error:
    print(json.dumps(str(error)))
"""


def test_a_full_disk_is_one_clear_sentence_and_no_version(store: Store) -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", FULL, str(store.root)], text=True, capture_output=True, check=True)
    assert json.loads(done.stdout).startswith(f"cannot write images to the store {store.root}: a file reached its size limit;")
    assert done.stderr == ""
    assert store.versions() == []
    assert files_below(store.root) == []


def test_temporary_files_of_living_processes_stay(store: Store) -> None:
    with store.draft(stage="ingest", stage_key="k", run_id="run_a") as draft:
        draft.add("samples", [{"sample_id": "s1"}])
        Store.open(store.root)
        assert draft.publish().outputs["samples"].rows == 1
    assert list((store.root / "tmp").iterdir()) == []
