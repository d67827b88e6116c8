import json
from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.published import PUBLISHED
from data.sample import Task
from data.sources.problem import Reason, Reject, SourceError
from tests.data.benchmarks.published.reading import SHARED, draw, material, only, picture, read, rejected, taken, write

RECORDS = SHARED / "screenspot" / "screenspot.jsonl"
CLOSE = {"img_filename": "pc.png", "bbox": [10, 20, 30, 40], "instruction": "close", "data_type": "icon", "data_source": "windows"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "screenspot_imgs" / "pc.png")
    return tmp_path


@pytest.fixture
def records() -> list[dict[str, Any]]:
    """The real records."""
    if not RECORDS.is_file():
        pytest.skip(f"{RECORDS} is not on this machine")
    return [json.loads(line) for line in RECORDS.read_text().splitlines()]


def test_a_record_is_a_point_in_a_box_of_pixels(folder: Path) -> None:
    problem = only(read("screenspot", write(folder / "screenspot_desktop.json", CLOSE), subset="desktop"))
    [box] = problem.boxes
    assert (problem.task, problem.question, problem.category, problem.dataset) == (Task.POINT, "close", "desktop_icon", "screenspot")
    assert (box.x1, box.y1, box.x2, box.y2, box.role) == (10, 20, 40, 60, "answer")
    assert problem.meta["bbox"] == [10, 20, 40, 60]
    assert (problem.meta["part"], problem.occurrence) == ("desktop", "screenspot_desktop.json:1")


def test_real_records_are_read_with_pictures_that_are_drawn(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    small = {record["platform"]: record for record in records if sum(record["bbox"]) < 1000}
    for record in small.values():
        draw(tmp_path / "images" / record["image"], 1000, 1000)
    problems = taken(read("screenspot", write(tmp_path / "screenspot.jsonl", *small.values())))
    asked = [(one.question, box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1) for one in problems for box in one.boxes]
    assert asked == [(record["instruction"], *record["bbox"]) for record in small.values()]
    assert {one.meta["part"] for one in problems} == {"mobile", "desktop", "web"}


def test_real_records_without_pictures_are_rejects_and_all_are_counted(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    files = material("screenspot", write(tmp_path / "screenspot.jsonl", *records))
    items = list(PUBLISHED["screenspot"].read(files))
    assert {item.reason for item in items if isinstance(item, Reject)} == {Reason.MISSING_IMAGE}
    assert dict(files.read) == PUBLISHED["screenspot"].card.counts
    assert len(items) == len(records)


def test_a_box_beyond_its_picture_is_a_reject_and_its_neighbour_is_taken(folder: Path) -> None:
    wide = CLOSE | {"bbox": [90, 20, 30, 40]}
    first, second = read("screenspot", write(folder / "screenspot_desktop.json", wide, CLOSE), subset="desktop")
    assert isinstance(first, Reject)
    assert (first.locator, first.reason) == ("screenspot_desktop.json:1", Reason.OUTSIDE_IMAGE)
    assert "(90, 20, 120, 60)" in first.detail
    assert "100x80" in first.detail
    assert not isinstance(second, Reject)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bbox": [10, 20, 0, 40]}, Reason.INVERTED_BOX),
        ({"bbox": [10, 20, 30]}, Reason.WRONG_TYPE),
        ({"bbox": "10"}, Reason.WRONG_TYPE),
        ({"bbox": [10, 20, True, 40]}, Reason.WRONG_TYPE),
        ({"instruction": None}, Reason.MISSING_FIELD),
        ({"instruction": " "}, Reason.MISSING_FIELD),
        ({"img_filename": None}, Reason.MISSING_FIELD),
        ({"img_filename": "../pc.png"}, Reason.PATH_LEAVES_FOLDER),
        ({"data_source": "amiga"}, Reason.UNKNOWN_CLASS),
        ({"data_type": "sound"}, Reason.UNKNOWN_CLASS),
    ],
)
def test_a_record_that_cannot_be_taken_says_why(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(read("screenspot", write(folder / "screenspot.jsonl", CLOSE | change))).reason == reason


def test_a_missing_platform_is_named_with_its_folder(folder: Path) -> None:
    write(folder / "screenspot_mobile.json", CLOSE)
    with pytest.raises(SourceError, match=r"screenspot: .* holds none of screenspot_desktop\.json"):
        read("screenspot", folder)


def test_an_unknown_platform_is_named_beside_those_there_are(folder: Path) -> None:
    write(folder / "screenspot.jsonl", CLOSE)
    with pytest.raises(SourceError, match="no part 'tv'; there are mobile, desktop, web"):
        read("screenspot", folder, subset="tv")


def test_the_limit_is_of_each_platform(folder: Path) -> None:
    phone = CLOSE | {"data_source": "ios", "instruction": "open"}
    rows = [CLOSE, CLOSE | {"instruction": "again"}, phone]
    assert [one.question for one in taken(read("screenspot", write(folder / "screenspot.jsonl", *rows), limit=1))] == ["close", "open"]


def test_a_parquet_copy_has_its_boxes_in_unit_and_its_pictures_with_it(tmp_path: Path) -> None:
    cell = {"bytes": picture(), "path": None}
    row = {"file_name": "pc.png", "image": cell, "bbox": [0.1, 0.25, 0.4, 0.75]} | {key: CLOSE[key] for key in ("instruction", "data_type")}
    write(tmp_path / "data" / "test-00000-of-00001.parquet", row | {"data_source": "windows"})
    problem = only(read("screenspot", tmp_path))
    [box] = problem.boxes
    assert (box.x1, box.y1, box.x2, box.y2) == (10, 20, 40, 60)
    assert (problem.source_space, "bbox" in problem.meta) == ("unit", False)


def test_the_second_version_has_files_of_its_own(tmp_path: Path) -> None:
    draw(tmp_path / "screenspotv2_image" / "pc.png")
    for part in ("mobile", "web"):
        write(tmp_path / f"screenspot_{part}_v2.json")
    problem = only(read("screenspot_v2", write(tmp_path / "screenspot_desktop_v2.json", CLOSE)))
    assert (problem.dataset, problem.category) == ("screenspot_v2", "desktop_icon")
