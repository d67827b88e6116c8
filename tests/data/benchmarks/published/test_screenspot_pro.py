import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from data.benchmarks.published.screenspot_pro import COUNTS
from data.sources.problem import Problem, Reason, SourceError
from tests.data.benchmarks.published.reading import draw, only, read, rejected, write

RECORD = {
    "img_filename": "vscode_mac/shot.png",
    "bbox": [1920, 500, 1960, 540],
    "instruction": "split the editor",
    "instruction_cn": "拆分编辑器",
    "id": "vscode_macos_1",
    "application": "vscode",
    "platform": "macos",
    "img_size": [3840, 1080],
    "ui_type": "icon",
    "group": "Dev",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "images" / "vscode_mac" / "shot.png", 3840, 1080)
    return tmp_path


def made(folder: Path, name: str, **changes: Any) -> list[Any]:
    write(folder / "annotations" / "vscode_macos.json", RECORD | changes)
    return read(name, folder)


def box_of(problem: Problem) -> tuple[float, ...]:
    [box] = problem.boxes
    return box.x1, box.y1, box.x2, box.y2


def test_a_record_keeps_what_the_published_scorer_reads(folder: Path) -> None:
    problem = only(made(folder, "screenspot_pro"))
    kept = {key: problem.meta[key] for key in ("bbox", "img_size", "gt_type", "application", "ui_type", "record", "part")}
    assert box_of(problem) == (1920, 500, 1960, 540)
    assert (problem.category, problem.question) == ("Dev_icon", "split the editor")
    assert kept == {key: RECORD[key] for key in ("bbox", "img_size", "application", "ui_type")} | {
        "gt_type": "positive",
        "record": "vscode_macos_1",
        "part": "Dev",
    }


def test_its_groups_add_up_to_the_published_number() -> None:
    assert sum(COUNTS.values()) == 1581


def test_a_picture_of_another_size_than_the_record_says_is_a_reject(folder: Path) -> None:
    reject = rejected(made(folder, "screenspot_pro", img_size=[1920, 1080]))
    assert reject.reason == Reason.WRONG_TYPE
    assert "[1920, 1080]" in reject.detail
    assert "3840x1080" in reject.detail


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"group": "Games"}, Reason.UNKNOWN_CLASS),
        ({"bbox": [1960, 500, 1920, 540]}, Reason.INVERTED_BOX),
        ({"bbox": [3800, 500, 3900, 540]}, Reason.OUTSIDE_IMAGE),
        ({"img_filename": "vscode_mac/other.png"}, Reason.MISSING_IMAGE),
        ({"instruction": None}, Reason.MISSING_FIELD),
    ],
)
def test_a_record_that_cannot_be_taken_says_why(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    assert rejected(made(folder, "screenspot_pro", **change)).reason == reason


def test_no_annotations_are_named_as_what_is_missing(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"holds none of annotations/\*\.json"):
        read("screenspot_pro", folder)


def test_low_resolution_halves_a_wide_screenshot_and_its_box_with_it(folder: Path) -> None:
    problem = only(made(folder, "screenspot_pro_lr"))
    [image] = problem.images
    assert (image.width, image.height, image.format) == (1920, 540, "PNG")
    assert Image.open(io.BytesIO(image.stored)).size == (1920, 540)
    assert box_of(problem) == (960, 250, 980, 270)
    assert (problem.meta["published_bbox"], "bbox" in problem.meta) == (RECORD["bbox"], False)


def test_low_resolution_fits_the_longer_side_and_scales_each_axis_by_what_it_became(folder: Path) -> None:
    draw(folder / "images" / "vscode_mac" / "shot.png", 2561, 1441)
    problem = only(made(folder, "screenspot_pro_lr", img_size=[2561, 1441], bbox=[0, 0, 2561, 1441]))
    assert (problem.images[0].width, problem.images[0].height) == (1920, 1080)
    assert box_of(problem) == pytest.approx((0, 0, 1920, 1080))


def test_low_resolution_leaves_a_screenshot_that_fits_as_it_is(folder: Path) -> None:
    draw(folder / "images" / "vscode_mac" / "shot.png", 1920, 1080)
    change = {"img_size": [1920, 1080], "bbox": [10, 20, 30, 40]}
    small, whole = only(made(folder, "screenspot_pro_lr", **change)), only(made(folder, "screenspot_pro", **change))
    assert small.images == whole.images
    assert small.boxes == whole.boxes
