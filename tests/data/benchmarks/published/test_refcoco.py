import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.published import PUBLISHED
from data.sources.problem import Reason, Reject, SourceError
from tests.data.benchmarks.published.reading import draw, material, only, picture, read, rejected, taken, write

VLM_R1 = {
    "image": "train2014/COCO_1.png",
    "problem": "man in blue",
    "solution": [10.5, 20, 30, 40],
    "normalized_solution": [105, 250, 300, 500],
}
REF = {
    "ref_id": 7,
    "ann_id": 3,
    "image_id": 1,
    "file_name": "COCO_1_3.png",
    "split": "testA",
    "sentences": [{"sent": "man in blue", "sent_id": 70}, {"sent": "left guy", "sent_id": 71}],
}
INSTANCES = {"annotations": [{"id": 3, "bbox": [10, 20, 30, 40]}], "images": [{"id": 1, "file_name": "COCO_1.png"}], "categories": []}


class Trap:
    """What a pickle must not be able to make."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return print, ("caught",)


def write_references(folder: Path, *refs: Any, name: str = "refs(unc).p") -> Path:
    """The original form, as Python 2 wrote it."""
    (folder / name).write_bytes(pickle.dumps(list(refs), protocol=0))
    (folder / "instances.json").write_text(json.dumps(INSTANCES))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "COCO_1.png")
    return tmp_path


def test_the_lists_of_vlm_r1_are_boxes_in_pixels(folder: Path) -> None:
    problem = only(read("refcoco", write(folder / "refcoco_val.json", VLM_R1) / "refcoco_val.json"))
    [box] = problem.boxes
    assert (problem.question, problem.category, (box.x1, box.y1, box.x2, box.y2)) == ("man in blue", "val", (10.5, 20, 30, 40))
    assert problem.meta["solution"] == [10.5, 20, 30, 40]


@pytest.mark.parametrize(("name", "begin"), [("refcoco", "refcoco"), ("refcoco_plus", "refcocop"), ("refcocog", "refcocog")])
def test_each_of_the_three_has_its_parts(folder: Path, name: str, begin: str) -> None:
    parts = list(PUBLISHED[name].card.counts)
    for part in parts:
        write(folder / f"{begin}_{part}.json", VLM_R1)
    files = material(name, folder)
    assert [one.category for one in taken(list(PUBLISHED[name].read(files)))] == parts
    assert files.read == dict.fromkeys(parts, 1)


def test_the_counts_are_those_of_the_published_phrases() -> None:
    assert [sum(PUBLISHED[name].card.counts.values()) for name in ("refcoco", "refcoco_plus", "refcocog")] == [21586, 21373, 14498]


def test_the_original_has_a_problem_for_each_sentence(folder: Path) -> None:
    items = read("refcoco", write_references(folder, REF, REF | {"split": "train"}))
    first, second = taken(items)
    [box] = first.boxes
    assert (box.x1, box.y1, box.x2, box.y2) == (10, 20, 40, 60)
    assert (first.locator, first.question, first.category) == ("refs(unc).p:7/70", "man in blue", "testA")
    assert (second.question, second.meta["sent_id"]) == ("left guy", 71)


def test_the_original_finds_its_photographs_beside_it(tmp_path: Path) -> None:
    draw(tmp_path / "images" / "mscoco" / "images" / "train2014" / "COCO_1.png")
    (tmp_path / "refcoco").mkdir()
    assert len(taken(read("refcoco", write_references(tmp_path / "refcoco", REF)))) == 2


def test_a_reference_without_its_instance_is_a_reject(folder: Path) -> None:
    reject, good, _ = read("refcoco", write_references(folder, REF | {"ann_id": 9, "ref_id": 8}, REF))
    assert isinstance(reject, Reject)
    assert (reject.locator, reject.reason) == ("refs(unc).p:8", Reason.MISSING_FIELD)
    assert not isinstance(good, Reject)


def test_a_pickle_that_would_run_something_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceError, match=r"it names __?builtin.*\.print, references are plain data"):
        read("refcoco", write_references(folder, Trap()))
    assert capsys.readouterr().out == ""


def test_references_without_instances_name_the_file(folder: Path) -> None:
    (write_references(folder, REF) / "instances.json").unlink()
    with pytest.raises(SourceError, match=r"there is no file /.*instances\.json beside refs\(unc\)\.p"):
        read("refcoco", folder)


def test_a_solution_beyond_its_image_is_a_reject(folder: Path) -> None:
    wide = VLM_R1 | {"solution": [10, 20, 300, 40]}
    assert rejected(read("refcoco", write(folder / "refcoco_testB.json", wide), subset="testB")).reason == Reason.OUTSIDE_IMAGE


def test_an_absent_part_is_named_and_an_unknown_one_too(folder: Path) -> None:
    write(folder / "refcoco_val.json", VLM_R1)
    with pytest.raises(SourceError, match=r"refcoco: /.* holds none of refcoco_testA\.json"):
        read("refcoco", folder)
    with pytest.raises(SourceError, match="there is no part 'testC'; there are val, testA, testB"):
        read("refcoco", folder, subset="testC")


def test_a_file_that_does_not_say_its_part_is_an_error(folder: Path) -> None:
    path = write(folder / "mine.json", VLM_R1) / "mine.json"
    with pytest.raises(SourceError, match=r"mine\.json does not say which part it is; set subset to one of val, testA, testB"):
        read("refcoco", path)
    assert only(read("refcoco", path, subset="testB")).category == "testB"


def test_the_limit_holds_for_each_part(folder: Path) -> None:
    for part in ("val", "test"):
        write(folder / f"refcocog_{part}.json", VLM_R1, VLM_R1 | {"problem": "guy"}, VLM_R1 | {"problem": "he"})
    assert [one.category for one in taken(read("refcocog", folder, limit=2))] == ["val", "val", "test", "test"]


def test_rows_of_the_hub_are_a_problem_for_each_phrase() -> None:
    from data.benchmarks.published.phrases import _objects, _problem
    from data.sources.problem import SourceImage
    from data.sources.row import RowReader

    row = {"image": {"bytes": picture(), "path": None}, "answer": ["man in blue", "left guy"], "bbox": [10, 20, 30, 40], "question_id": "1"}
    records = [one for one in _objects(iter([("val:1", row)])) if not isinstance(one, Reject)]
    reader = RowReader("refcoco", "test", lambda value: SourceImage.read(value["bytes"]), "pixel")
    problems = [_problem(reader, "val", *record) for record in records]
    assert [(one.locator, one.question, one.boxes[0].x2) for one in problems] == [
        ("val:1/1", "man in blue", 40),
        ("val:1/2", "left guy", 40),
    ]


def test_an_object_of_the_hub_without_a_phrase_is_a_reject() -> None:
    from data.benchmarks.published.phrases import _objects

    [found] = _objects(iter([("val:1", {"answer": [], "bbox": [10, 20, 30, 40]})]))
    assert isinstance(found, Reject)
    assert found.detail == "answer should be a list of phrases, not []"
