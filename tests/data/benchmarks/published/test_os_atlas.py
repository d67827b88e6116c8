from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.published import PUBLISHED
from data.sample import Task
from data.sources.problem import Problem, Reason, Reject, SourceError
from tests.data.benchmarks.published.reading import draw, material, only, read, rejected, taken, write

ELEMENT = {"instruction": "the search field", "bbox": [0.1, 0.25, 0.4, 0.75], "data_type": "textbox"}
FLAT = {"img_filename": "shots/1.png"} | ELEMENT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "pictures" / "shots" / "1.png")
    return tmp_path


def made(folder: Path, *rows: dict[str, Any], **options: Any) -> list[Problem | Reject]:
    write(folder / "mobile_domain" / "uibert_raw.json", *rows)
    return read("os_atlas", folder, **({"subset": "uibert_raw", "split": "train", "images": folder / "pictures"} | options))


def test_an_element_is_a_point_in_a_box_of_unit(folder: Path) -> None:
    problem = only(made(folder, FLAT))
    [box] = problem.boxes
    assert (problem.task, problem.question, problem.category, problem.source_space) == (Task.POINT, "the search field", "mobile", "unit")
    assert (box.x1, box.y1, box.x2, box.y2) == (10, 20, 40, 60)
    assert (problem.split, problem.meta["part"], problem.meta["bbox"]) == ("train", "uibert_raw", ELEMENT["bbox"])


def test_the_elements_of_a_screenshot_are_problems_of_their_own(folder: Path) -> None:
    inverted = ELEMENT | {"bbox": [0.4, 0.25, 0.1, 0.75]}
    first, bad, odd = made(folder, {"img_filename": "shots/1.png", "elements": [ELEMENT, inverted, 3]})
    assert isinstance(first, Problem)
    assert isinstance(bad, Reject)
    assert isinstance(odd, Reject)
    assert [first.locator, bad.locator, odd.locator] == [f"uibert_raw.json:1.{number}" for number in (1, 2, 3)]
    assert (bad.reason, odd.reason) == (Reason.INVERTED_BOX, Reason.MISSING_FIELD)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bbox": [10, 20, 40, 60]}, Reason.OUTSIDE_IMAGE),
        ({"instruction": ""}, Reason.MISSING_FIELD),
        ({"img_filename": "shots/2.png"}, Reason.MISSING_IMAGE),
        ({"bbox": [0.1, 0.2]}, Reason.WRONG_TYPE),
    ],
)
def test_an_element_that_cannot_be_taken_says_why(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(made(folder, FLAT | change)).reason == reason


def test_a_screenshot_without_elements_is_a_reject(folder: Path) -> None:
    [found] = made(folder, {"img_filename": "shots/1.png", "elements": []})
    assert isinstance(found, Reject)
    assert found.detail == "elements is an empty list"


def test_the_limit_counts_elements_of_each_file(folder: Path) -> None:
    rows = [FLAT | {"instruction": f"field {number}"} for number in range(4)]
    assert len(taken(made(folder, *rows, limit=2))) == 2


def test_a_file_may_be_named_by_itself(folder: Path) -> None:
    write(folder / "linux_splited.json", FLAT)
    files = material("os_atlas", folder / "linux_splited.json", images=folder / "pictures", split="train")
    assert [one.category for one in taken(PUBLISHED["os_atlas"].read(files))] == ["desktop"]
    assert dict(files.read) == {"linux_splited": 1}


def test_a_file_that_is_not_there_and_a_part_that_nobody_knows_are_named(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"holds none of web_domain/fineweb_3m\.json, fineweb_3m\.json"):
        read("os_atlas", folder, subset="fineweb_3m")
    with pytest.raises(SourceError, match="no part 'mobile'; there are amex_raw"):
        read("os_atlas", folder, subset="mobile")


def test_a_folder_of_pictures_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no folder .*nowhere of images"):
        made(folder, FLAT, images=folder / "nowhere")
