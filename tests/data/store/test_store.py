"""Finding, resolving and reading versions."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.store import Store, StoreError, UnknownVersionError, Version
from data.tables import CHECKPOINTS, TABLES


def version(store: Store, key: str, *names: str, parents: tuple[Version, ...] = ()) -> Version:
    with store.draft(stage="ingest", stage_key=key, run_id="run_a", parents=parents) as draft:
        draft.add("samples", [{"sample_id": name} for name in names])
        return draft.publish().outputs["samples"]


def test_a_store_opens_at_the_path_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEA_STORE", str(tmp_path / "elsewhere"))
    assert Store.open().root == tmp_path / "elsewhere"
    monkeypatch.delenv("FOVEA_STORE")
    monkeypatch.chdir(tmp_path)
    assert Store.open().root == tmp_path / "store"


def test_a_file_in_the_place_of_the_store_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(StoreError, match="cannot be a store"):
        Store.open(tmp_path / "store")


def test_references_resolve_to_versions(store: Store) -> None:
    first, second = version(store, "a", "s1"), version(store, "b", "s2")
    assert store.resolve("samples", "latest") == second
    assert store.resolve("samples", first.version_id) == first
    assert store.resolve("samples", first.version_id[:12]) == first
    store.name_version("baseline", first)
    assert store.resolve("samples", "baseline") == first


def test_an_unknown_or_ambiguous_reference_says_what_exists(store: Store) -> None:
    with pytest.raises(UnknownVersionError, match="no version of samples called 'latest'; the newest are: none"):
        store.resolve("samples", "latest")
    first = version(store, "a", "s1")
    version(store, "b", "s2")
    with pytest.raises(UnknownVersionError, match=f"no version of samples called 'ver_nope'; the newest are: {first.version_id}, ver_"):
        store.resolve("samples", "ver_nope")
    with pytest.raises(UnknownVersionError, match="2 versions of samples start with 'ver_'"):
        store.resolve("samples", "ver_")


@pytest.mark.parametrize("name", ["latest", "", "../x", "a b", ".hidden"])
def test_a_name_that_could_mislead_is_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="cannot name a version"):
        store.name_version(name, version(store, "a", "s1"))


def test_lineage_walks_to_the_sources(store: Store) -> None:
    first = version(store, "a", "s1")
    second = version(store, "b", "s1", parents=(first,))
    third = version(store, "c", "s1", parents=(second, first))
    assert store.lineage(third.version_id[:12]) == [third, second, first]


def test_reading_a_damaged_or_missing_file_names_it(store: Store) -> None:
    made = version(store, "a", "s1")
    path = store.paths(made)[0]
    content = path.read_bytes()
    path.write_bytes(content[:10] + b"?" + content[11:])
    with pytest.raises(StoreError, match=f"{made.version_id} is damaged: its SHA-256"):
        store.read(made)
    path.write_bytes(content[:-1])
    with pytest.raises(StoreError, match=f"it has {len(content) - 1} bytes, not {len(content)}; run ingest again"):
        store.read(made)
    path.unlink()
    with pytest.raises(StoreError, match="it is missing"):
        store.read(made)


def test_reading_chooses_columns_and_names_an_unknown_one(store: Store) -> None:
    made = version(store, "a", "s1")
    assert store.read(made, columns=["question", "sample_id"]).column_names == ["question", "sample_id"]
    with pytest.raises(StoreError, match="samples has no column 'colour'"):
        store.read(made, columns=["colour"])


def test_a_version_of_an_older_schema_is_read_with_todays_columns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    older = TABLES["samples"].schema.remove(TABLES["samples"].schema.get_field_index("category"))
    rows = pa.Table.from_pylist([{"sample_id": "s1"}], schema=older)
    with store.draft(stage="ingest", stage_key="a", run_id="run_a") as draft:
        draft.add("samples", [])
        made = draft.publish().outputs["samples"]
    path = store.paths(made)[0]
    pq.write_table(rows, path)
    monkeypatch.setattr(Store, "damage", lambda self, file: None)
    assert store.read(made).schema.names == TABLES["samples"].schema.names
    assert store.read(made, columns=["category"]).column("category").to_pylist() == [None]


def test_an_empty_version_has_its_columns(store: Store) -> None:
    assert store.read(version(store, "a")).schema.names == TABLES["samples"].schema.names


def test_a_table_has_no_folder(store: Store) -> None:
    with pytest.raises(StoreError, match=f"not of {CHECKPOINTS}"):
        store.folder(version(store, "a", "s1"))
