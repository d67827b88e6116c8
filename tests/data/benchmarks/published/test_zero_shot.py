from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.published import PUBLISHED, Material
from data.sources.config import PublishedConfig
from data.sources.problem import Reason, SourceError
from tests.data.benchmarks.published.reading import draw, material, only, read, rejected, taken, write

LISA = {"image_path": "a.png", "instruction": "the thing that tells the time", "boxes": [[10, 20, 30.5, 40], [1, 1, 5, 5]]}
LLMSEG = {"image_path": "a.png", "question": "What keeps one dry?", "bbox": [[10, 20], [30, 40]]}
REASONVOS = {
    "image_list": ["v/00.png", "v/01.png", "v/02.png"],
    "question": "the one that stops first",
    "bbox_list": ["[1, 1, 2, 2]", "[1, 1, 2, 2]", "[10, 20, 30, 40]"],
}
REVOS = {
    "video_id": "v",
    "frames": [0, 1, 3],
    "question": "the one that turns",
    "bbox_list": [[1, 1, 2, 2], [1, 1, 2, 2], [10.9, 20, 30, "40"]],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture, and a video of four frames, the third wider."""
    draw(tmp_path / "a.png")
    for number, width in enumerate((100, 100, 120, 140)):
        draw(tmp_path / "v" / f"{number:02d}.png", width)
    return tmp_path


def corners(problem: Any) -> tuple[float, ...]:
    [box] = problem.boxes
    return (box.image_index, box.x1, box.y1, box.x2, box.y2)


def test_lisa_asks_for_the_first_box(folder: Path) -> None:
    problem = only(read("lisa_grounding", write(folder / "lisa_val.json", LISA), subset="val"))
    assert corners(problem) == (0, 10, 20, 30.5, 40)
    assert (problem.category, problem.meta["boxes"], problem.source_space) == ("val", LISA["boxes"], "pixel")


def test_lisa_is_read_part_by_part(folder: Path) -> None:
    write(folder / "lisa_val.json", LISA)
    files = material("lisa_grounding", write(folder / "lisa_test.json", LISA, LISA | {"instruction": "the hands of it"}))
    parts = [one.category for one in taken(list(PUBLISHED["lisa_grounding"].read(files)))]
    assert parts == ["val", "test", "test"]
    assert files.read == {"val": 1, "test": 2}


def test_llmseg_has_its_four_numbers_in_lists(folder: Path) -> None:
    problem = only(read("llmseg_grounding", write(folder / "LLMSeg_eval.json", LLMSEG)))
    assert (corners(problem), problem.meta["bbox"]) == ((0, 10, 20, 30, 40), [[10, 20], [30, 40]])


def test_reasonvos_asks_for_the_third_frame(folder: Path) -> None:
    problem = only(read("reasonvos_grounding", write(folder / "ReasonVOS_eval.json", REASONVOS)))
    assert corners(problem) == (2, 10, 20, 30, 40)
    assert ([image.width for image in problem.images], problem.meta["bbox_list"][2]) == ([100, 100, 120], "[10, 20, 30, 40]")


def test_revos_counts_frames_among_the_files_of_a_video(folder: Path) -> None:
    problem = only(read("revos_grounding", write(folder / "ReVOS_eval.json", REVOS)))
    assert corners(problem) == (2, 10, 20, 30, 40)
    assert [image.path for image in problem.images] == ["v/00.png", "v/01.png", "v/03.png"]


def test_frames_are_sorted_by_their_first_number(tmp_path: Path) -> None:
    for name, width in (("10.png", 110), ("9.png", 109), ("x8.png", 108), ("notes.txt", 50)):
        draw(tmp_path / "v" / name, width)
    problem = only(read("revos_grounding", write(tmp_path / "ReVOS_eval.json", REVOS | {"frames": [0, 1, 2]})))
    assert [image.width for image in problem.images] == [108, 109, 110]


@pytest.mark.parametrize(
    ("name", "file", "record", "reason"),
    [
        ("lisa_grounding", "lisa_val.json", LISA | {"boxes": []}, Reason.WRONG_TYPE),
        ("lisa_grounding", "lisa_val.json", LISA | {"boxes": [[10, 20, 130, 40]]}, Reason.OUTSIDE_IMAGE),
        ("lisa_grounding", "lisa_val.json", LISA | {"image_path": "/etc/passwd"}, Reason.PATH_LEAVES_FOLDER),
        ("lisa_grounding", "lisa_val.json", LISA | {"instruction": " "}, Reason.MISSING_FIELD),
        ("llmseg_grounding", "LLMSeg_eval.json", LLMSEG | {"bbox": [10, 20, 30, 40]}, Reason.WRONG_TYPE),
        ("llmseg_grounding", "LLMSeg_eval.json", LLMSEG | {"bbox": [[30, 20, 10, 40]]}, Reason.INVERTED_BOX),
        ("reasonvos_grounding", "ReasonVOS_eval.json", REASONVOS | {"bbox_list": ["", "", "[10, 20, 30]"]}, Reason.WRONG_TYPE),
        ("reasonvos_grounding", "ReasonVOS_eval.json", REASONVOS | {"image_list": ["v/00.png"]}, Reason.WRONG_TYPE),
        ("revos_grounding", "ReVOS_eval.json", REVOS | {"frames": [0, 1, 9]}, Reason.MISSING_IMAGE),
        ("revos_grounding", "ReVOS_eval.json", REVOS | {"video_id": "w"}, Reason.MISSING_IMAGE),
        ("revos_grounding", "ReVOS_eval.json", REVOS | {"video_id": "../v"}, Reason.PATH_LEAVES_FOLDER),
        ("revos_grounding", "ReVOS_eval.json", REVOS | {"bbox_list": [[], [], ["a", 1, 2, 3]]}, Reason.WRONG_TYPE),
    ],
)
def test_a_bad_record_is_a_reject(folder: Path, name: str, file: str, record: dict[str, Any], reason: Reason) -> None:
    options = {"subset": "val"} if name == "lisa_grounding" else {}
    assert rejected(read(name, write(folder / file, record), **options)).reason == reason


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("lisa_grounding", r"lisa_test\.json"),
        ("llmseg_grounding", r"LLMSeg_eval\.json"),
        ("reasonvos_grounding", r"ReasonVOS_eval\.json"),
        ("revos_grounding", r"ReVOS_eval\.json"),
    ],
)
def test_an_absent_file_is_named(folder: Path, name: str, file: str) -> None:
    write(folder / "lisa_val.json", LISA)
    with pytest.raises(SourceError, match=rf"{name}: /.* holds none of {file}"):
        read(name, folder)


@pytest.mark.parametrize("name", ["lisa_grounding", "llmseg_grounding", "reasonvos_grounding", "revos_grounding", "univg_r1_rl"])
def test_records_of_the_hub_want_a_folder_of_images(name: str) -> None:
    files = Material(PublishedConfig(name=name, repository="a/b/c"), 1_000_000)
    with pytest.raises(SourceError, match=rf"{name}: a/b/c holds no folder of images; set images to where they are"):
        list(PUBLISHED[name].read(files))
