from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.sample import Task
from data.sources.config import YoloConfig
from data.sources.problem import Problem, Reason, Reject, SourceError
from data.sources.yolo import read_yolo

COCO8 = Path(__file__).parents[4] / "shared" / "data" / "coco8"
NAMES = {0: "person", 1: "dog"}


@pytest.fixture
def yolo(tmp_path: Path, picture: Callable[..., bytes]) -> Callable[..., Path]:
    """Write ``images/train/one.png`` of 100x50 pixels and its label lines."""

    def write(*lines: str) -> Path:
        for name in ("images", "labels"):
            (tmp_path / name / "train").mkdir(parents=True, exist_ok=True)
        (tmp_path / "images/train/one.png").write_bytes(picture(100, 50))
        (tmp_path / "labels/train/one.txt").write_text("\n".join(lines))
        return tmp_path

    return write


def read(path: Path, **options: Any) -> list[Problem | Reject]:
    return list(read_yolo(YoloConfig(path=path, **({"names": NAMES} | options)), 10_000_000))


def test_a_label_becomes_a_box_in_pixels(yolo: Callable[..., Path]) -> None:
    [item] = read(yolo("1 0.5 0.5 0.2 0.4"))
    assert isinstance(item, Problem)
    [box] = item.boxes
    assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((40, 15, 60, 35))
    assert (item.question, box.label, item.category, item.source_space) == ("Box the dog.", "dog", "dog", "unit")


def test_the_task_boxes_takes_all_of_a_class(yolo: Callable[..., Path]) -> None:
    [item] = read(yolo("1 0.5 0.5 0.2 0.4", "1 0.2 0.5 0.2 0.4"), task="boxes")
    assert isinstance(item, Problem)
    assert (item.task, item.question, len(item.boxes)) == (Task.BOXES, "Box every dog.", 2)


def test_the_clearly_largest_of_a_class_is_asked_for(yolo: Callable[..., Path]) -> None:
    [item] = read(yolo("1 0.5 0.5 0.1 0.1", "1 0.2 0.5 0.2 0.4"))
    assert isinstance(item, Problem)
    assert (item.question, len(item.boxes)) == ("Box the largest dog.", 1)


def test_equals_of_a_class_are_ambiguous(yolo: Callable[..., Path]) -> None:
    [item] = read(yolo("1 0.5 0.5 0.2 0.4", "1 0.2 0.5 0.2 0.4"))
    assert isinstance(item, Reject)
    assert (item.locator, item.reason) == ("labels/train/one.txt:dog", Reason.AMBIGUOUS)


@pytest.mark.parametrize(
    ("line", "reason", "words"),
    [
        ("0 0.5 0.5 1.2 0.4", Reason.OUTSIDE_IMAGE, "exceeds image 100x50"),
        ("0 nan 0.5 0.2 0.4", Reason.NOT_FINITE, "nan"),
        ("0 0.5 0.5 0 0.4", Reason.INVERTED_BOX, "no area"),
        ("0 0.5 0.5 0.2", Reason.WRONG_TYPE, "4 numbers"),
        ("0 0.5 0.5 0.2 wide", Reason.WRONG_TYPE, "4 numbers"),
        ("person 0.5 0.5 0.2 0.4", Reason.WRONG_TYPE, "class number"),
        ("7 0.5 0.5 0.2 0.4", Reason.UNKNOWN_CLASS, "class 7 has no name; named are [0, 1]"),
        ("1 0.5 0.5 0.2 0.4", Reason.DUPLICATE, "twice"),
    ],
)
def test_a_bad_line_is_a_reject_and_the_rest_goes_on(yolo: Callable[..., Path], line: str, reason: Reason, words: str) -> None:
    reject, good = read(yolo("1 0.5 0.5 0.2 0.4", line))
    assert isinstance(reject, Reject)
    assert (reject.locator, reject.reason) == ("labels/train/one.txt:2", reason)
    assert words in reject.detail
    assert isinstance(good, Problem)


def test_a_class_with_a_bad_label_is_not_asked_for(yolo: Callable[..., Path]) -> None:
    reasons = [item.reason for item in read(yolo("1 0.5 0.5 2 2", "1 0.5 0.5 0.2 0.4")) if isinstance(item, Reject)]
    assert reasons == [Reason.OUTSIDE_IMAGE, Reason.INCOMPLETE]


def test_images_and_labels_without_each_other_are_rejects(yolo: Callable[..., Path]) -> None:
    root = yolo("1 0.5 0.5 0.2 0.4")
    (root / "images/train/one.png").rename(root / "images/train/two.png")
    items = [(item.locator, item.reason) for item in read(root) if isinstance(item, Reject)]
    assert items == [("labels/train/one.txt", Reason.MISSING_IMAGE), ("images/train/two.png", Reason.MISSING_FIELD)]


def test_absent_folders_are_one_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="YOLO data has images/train and labels/train"):
        read(tmp_path)


@pytest.mark.skipif(not COCO8.is_dir(), reason="the photographs of ../shared/data/coco8 are absent")
def test_photographs_of_coco8_give_their_human_boxes() -> None:
    names = {number: f"class {number}" for number in range(80)}
    items = [item for folder in ("train", "val") for item in read(COCO8, folder=folder, names=names)]
    problems = [item for item in items if isinstance(item, Problem)]
    assert {item.reason for item in items if isinstance(item, Reject)} == {Reason.AMBIGUOUS}
    assert len({problem.images[0].image_id for problem in problems}) == 8
    broccoli = next(problem for problem in problems if problem.category == "class 50")
    [box] = broccoli.boxes
    assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((249.6, 229.27, 565.84, 474.35), abs=0.01)


def test_images_that_differ_in_their_suffix_alone_are_all_read(yolo: Callable[..., Path], picture: Callable[..., bytes]) -> None:
    root = yolo("1 0.5 0.5 0.2 0.4")
    (root / "images/train/one.bmp").write_bytes(picture(60, 30))
    assert [item.images[0].path for item in read(root) if isinstance(item, Problem)] == ["images/train/one.bmp", "images/train/one.png"]
