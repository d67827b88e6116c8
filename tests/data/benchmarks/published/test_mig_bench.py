import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.published.mig_bench import TASKS
from data.benchmarks.published.migician_images import answer_image
from data.sample import Task
from data.sources.config import PublishedConfig
from data.sources.problem import Reason, Reject, RowError, SourceError
from data.sources.published import PublishedSource
from tests.data.benchmarks.published.reading import SHARED, draw, only, read, rejected, taken, write

RECORDS = SHARED / "mig_bench" / "MIG_data.json"
TRACKED = {
    "task": "object_tracking",
    "images": ["./MIG-Bench/images/tracking/1.png", "./MIG-Bench/images/tracking/2.png"],
    "question": "For the object in the first image(<|box_start|>(1,2),(3,4)<|box_end|>), please locate it in the 2th image. ",
    "answer": [0.1, 0.25, 0.5, 0.75],
    "additional_info": "",
    "need_format": False,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures of different sizes, below a folder ``images``."""
    draw(tmp_path / "images" / "tracking" / "1.png")
    draw(tmp_path / "images" / "tracking" / "2.png", 200, 40)
    return tmp_path


@pytest.fixture
def records() -> list[dict[str, Any]]:
    """The real records."""
    if not RECORDS.is_file():
        pytest.skip(f"{RECORDS} is not on this machine")
    return list(json.loads(RECORDS.read_text()))


def test_the_answer_is_a_box_of_the_image_that_the_question_names(folder: Path) -> None:
    problem = only(read("mig_bench", write(folder / "MIG_data.json", TRACKED)))
    [box] = problem.boxes
    assert (box.image_index, box.x1, box.y1, box.x2, box.y2) == (1, 20, 10, 100, 30)
    assert (problem.task, problem.category, problem.source_space, problem.dataset) == (Task.BOX, "object_tracking", "unit", "mig_bench")
    assert (problem.meta["answer"], problem.meta["image_index_from"], problem.meta["version"]) == (
        [0.1, 0.25, 0.5, 0.75],
        "question",
        "original",
    )


def test_the_revised_version_is_in_thousandths(folder: Path) -> None:
    revised = TRACKED | {"answer": [100, 250, 500, 750]}
    path = write(folder / "revised_MIG_bench.json", revised) / "revised_MIG_bench.json"
    problem = only(read("mig_bench", path, images=folder))
    [box] = problem.boxes
    assert (box.x1, box.y1, box.x2, box.y2) == (20, 10, 100, 30)
    assert (problem.source_space, problem.meta["version"], problem.meta["answer"]) == ("thousandth", "revised", [100, 250, 500, 750])


def test_where_both_versions_lie_the_original_is_read_unless_the_recipe_says_so(folder: Path) -> None:
    write(folder / "MIG_data.json", TRACKED)
    write(folder / "revised_MIG_bench.json", TRACKED | {"answer": [100, 250, 500, 750]})
    assert only(read("mig_bench", folder)).meta["version"] == "original"
    assert only(read("mig_bench", folder, subset="revised")).meta["version"] == "revised"


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"answer": [0.5, 0.1, 0.4, 0.9]}, Reason.INVERTED_BOX, "inverted"),
        ({"answer": [0.1, 0.1, 1.048, 0.9]}, Reason.OUTSIDE_IMAGE, "exceeds image 200x40"),
        ({"answer": [100, 100, 500, 900]}, Reason.UNDECLARED_SPACE, "is it the revised version"),
        ({"answer": "0.1, 0.2"}, Reason.WRONG_TYPE, "four numbers"),
        ({"answer": [0.1, 0.2, 0.3]}, Reason.WRONG_TYPE, "four numbers"),
        ({"task": "juggling"}, Reason.UNKNOWN_TASK, "'juggling'"),
        ({"question": "Locate it in the 7th image."}, Reason.NO_SUCH_IMAGE, "on image 6, the row has 2"),
        ({"question": "Locate it."}, Reason.AMBIGUOUS, "in which of 2 images"),
        ({"images": ["gone.png"]}, Reason.MISSING_IMAGE, "gone.png"),
        ({"question": None}, Reason.MISSING_FIELD, "lacks question; it has task, images"),
    ],
)
def test_a_bad_record_is_a_reject_and_its_neighbour_is_taken(folder: Path, change: dict[str, Any], reason: Reason, words: str) -> None:
    bad, good = read("mig_bench", write(folder / "MIG_data.json", TRACKED | change, TRACKED))
    assert isinstance(bad, Reject)
    assert (bad.locator, bad.reason) == ("MIG_data.json:1", reason)
    assert words in bad.detail
    assert not isinstance(good, Reject)


def test_boxes_in_unit_are_none_of_the_revised_version(folder: Path) -> None:
    reject = rejected(read("mig_bench", write(folder / "revised_MIG_bench.json", TRACKED)))
    assert (reject.reason, "is it the original?" in reject.detail) == (Reason.UNDECLARED_SPACE, True)


def test_an_absent_file_is_named_with_all_that_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"mig_bench: /.* holds none of MIG_data\.json, .*revised_MIG_bench\.json"):
        read("mig_bench", tmp_path)
    with pytest.raises(SourceError, match=r"there is no file or folder /.*gone"):
        read("mig_bench", tmp_path / "gone")
    with pytest.raises(SourceError, match=r"there is no folder /.*pictures of images"):
        read("mig_bench", write(tmp_path / "MIG_data.json", TRACKED), images=tmp_path / "pictures")


def image_of(record: dict[str, Any], count: int) -> tuple[int, str]:
    texts = {name: str(record.get(name) or "") for name in ("question", "additional_info")}
    return answer_image(texts, count, record["task"])


def test_the_image_of_every_real_answer_is_known(records: list[dict[str, Any]]) -> None:
    known = [image_of(record, len(record["images"])) for record in records]
    assert all(0 <= index < len(record["images"]) for (index, _), record in zip(known, records, strict=True))
    assert Counter(source for _, source in known) == {"question": 3268, "task": 528, "additional_info": 499}
    assert {record["task"] for record in records} == set(TASKS)


def test_two_images_that_are_compared_are_no_three(records: list[dict[str, Any]]) -> None:
    compared = next(record for record in records if record["task"] == "diff")
    with pytest.raises(RowError, match="in which of 3 images"):
        image_of(compared, 3)


def test_all_real_records_are_read_and_their_seven_wrong_boxes_are_rejects(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    draw(tmp_path / "one.png", 8, 8)
    shown = [record | {"images": ["one.png"] * len(record["images"])} for record in records]
    config = PublishedConfig.model_validate({"name": "mig_bench", "path": write(tmp_path / "MIG_data.json", *shown)})
    source = PublishedSource(config, 1_000_000)
    items = list(source)
    wrong = [(int(item.locator.split(":")[1]) - 1, str(item.reason)) for item in items if isinstance(item, Reject)]
    assert wrong == [
        *((7, "inverted_box"), (34, "outside_image"), (105, "inverted_box"), (126, "inverted_box")),
        *((163, "inverted_box"), (512, "inverted_box"), (703, "outside_image")),
    ]
    assert Counter(one.category for one in taken(items)) == Counter(record["task"] for record in records) - Counter(common_object=7)
    assert source.note == "mig_bench: read original 4295 of 4295 published records; 4288 problems, 7 rejects"


def test_a_few_real_records_of_each_task_are_read_with_pictures_that_are_drawn(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    few = [record for task in TASKS for record in [one for one in records if one["task"] == task][:2]]
    for number, path in enumerate(sorted({image for record in few for image in record["images"]})):
        draw(tmp_path / path, 100 + number, 80)
    problems = taken(read("mig_bench", write(tmp_path / "MIG_data.json", *few), images=tmp_path / "MIG-Bench"))
    assert [one.meta["answer"] for one in problems] == [record["answer"] for record in few]
    for problem in problems:
        [box] = problem.boxes
        width = problem.images[box.image_index].width
        assert [box.x1 / width, box.x2 / width] == pytest.approx([problem.meta["answer"][0], problem.meta["answer"][2]], abs=1e-9)
