import zipfile
from pathlib import Path

import pytest

from data.benchmarks.published import Material
from data.benchmarks.published.material import ALL, attempt
from data.sample import Task
from data.sources.config import PublishedConfig
from data.sources.hub import unpack
from data.sources.problem import Problem, Reason, Reject, SourceError
from tests.data.benchmarks.published.reading import draw, material, picture, write

ROW = {"image": {"bytes": picture(), "path": None}, "phrase": "left", "other": 1}


def nowhere(repository: str | None = None) -> Material:
    return Material(PublishedConfig(name="some_set", repository=repository), 1_000_000)


def test_rows_of_parquet_are_read_by_column_with_their_images_as_stored(tmp_path: Path) -> None:
    files = material("some_set", write(tmp_path / "data" / "val-0.parquet", ROW, ROW).parent)
    rows = list(files.table("val", "data/val-*.parquet", columns=("image", "phrase")))
    assert [row[0] for row in rows if not isinstance(row, Reject)] == ["data/val-0.parquet:1", "data/val-0.parquet:2"]
    [first, _] = [row[1] for row in rows if not isinstance(row, Reject)]
    assert set(first) == {"image", "phrase"}
    assert files.image(first["image"]).stored == picture()
    assert files.read == {"val": 2}


def test_a_missing_column_names_those_that_are_there(tmp_path: Path) -> None:
    files = material("some_set", write(tmp_path / "val.parquet", ROW))
    with pytest.raises(SourceError, match="has no column bbox; it has image, phrase, other"):
        list(files.table("val", "*.parquet", columns=("bbox",)))


def test_no_more_records_than_the_limit_are_read_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", *({"n": number} for number in range(5)))
    files = material("some_set", path, limit=2)
    assert (len(list(files.json("rows.jsonl"))), files.read) == (2, {ALL: 2})
    assert len(list(files.uncounted.json("rows.jsonl"))) == 5


def test_a_local_folder_may_stand_for_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", {"n": 1})
    assert len(list(nowhere(str(tmp_path)).json("rows.jsonl"))) == 1


def test_a_set_that_is_nowhere_says_so() -> None:
    with pytest.raises(SourceError, match="some_set: no path is set; say where its files are"):
        list(nowhere().json("rows.jsonl"))


def test_what_the_hub_does_not_give_is_named() -> None:
    with pytest.raises(SourceError, match=r"data set a/b/c does not give rows\.json: "):
        nowhere("a/b/c").file("rows.json", "**/rows.json")
    with pytest.raises(SourceError, match="a/b/c holds no folder of images; set images to where they are"):
        _ = nowhere("a/b/c").images


def test_an_archive_is_unpacked(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.write(tmp_path / "a.png", "images/a.png")
    assert (unpack(tmp_path / "images.zip") / "images" / "a.png").read_bytes() == picture()
    with pytest.raises(SourceError, match=r"gone\.zip cannot be unpacked"):
        unpack(tmp_path / "gone.zip")


def test_the_heads_of_a_path_may_be_missing_on_disk(tmp_path: Path) -> None:
    draw(tmp_path / "b" / "one.png")
    files = material("some_set", tmp_path)
    assert files.image("./a/b/one.png", "a", "b").width == 100
    assert files.image("b/one.png", "a", "b").width == 100


def test_a_problem_that_cannot_be_written_as_json_is_a_reject() -> None:
    problem = Problem("1", "some_set", "test", Task.TEXT, "?", (), meta={"score": float("nan")})
    found = attempt(lambda locator, record: problem, "1", {})
    assert isinstance(found, Reject)
    assert (found.reason, "score should be plain JSON" in found.detail) == (Reason.WRONG_TYPE, True)
