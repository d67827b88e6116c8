import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from data.sample import Role, Task
from data.sources.config import FolderConfig
from data.sources.folder import read_folder
from data.sources.problem import Problem, Reason, Reject, SourceError
from data.trace import PlacedBox, PlacedPoint

MAX_PIXELS = 1_000_000


def box_row(**changes: Any) -> dict[str, Any]:
    """A good row; a change to None takes the field away."""
    row = {"image": "a.png", "question": "Box it.", "task": "box", "boxes": [[4, 6, 20, 30]], "space": "pixel"} | changes
    return {key: value for key, value in row.items() if value is not None}


def read(path: Path, **options: Any) -> list[Problem | Reject]:
    return list(read_folder(FolderConfig(path=path, **options), MAX_PIXELS))


def problem(path: Path, **options: Any) -> Problem:
    [item] = read(path, **options)
    assert isinstance(item, Problem), item
    return item


def test_a_good_row_becomes_a_problem(write_rows: Callable[..., Path]) -> None:
    found = problem(write_rows(box_row(category="thing", note="kept")))
    assert found.boxes == (PlacedBox(4, 6, 20, 30, 0, None, Role.ANSWER),)
    assert (found.locator, found.dataset, found.task) == ("samples.jsonl:1", "mine", Task.BOX)
    assert (found.images[0].path, found.images[0].width, found.images[0].height) == ("a.png", 64, 48)
    assert (found.category, found.meta) == ("thing", {"note": "kept"})


@pytest.mark.parametrize(
    ("space", "box"), [("pixel", [16, 12, 32, 48]), ("thousandth", [250, 250, 500, 1000]), ("unit", [0.25, 0.25, 0.5, 1.0])]
)
def test_every_space_becomes_pixels(write_rows: Callable[..., Path], space: str, box: list[float]) -> None:
    found = problem(write_rows(box_row(boxes=box, space=None)), space=space)
    assert found.boxes == (PlacedBox(16, 12, 32, 48, 0, None, Role.ANSWER),)
    assert found.source_space == space


def test_the_space_of_a_row_wins(write_rows: Callable[..., Path]) -> None:
    assert problem(write_rows(box_row(boxes=[0.5, 0.5, 1, 1], space="unit")), space="pixel").boxes[0].x1 == 32


def test_points_and_several_images(write_rows: Callable[..., Path]) -> None:
    row = box_row(image=None, images=["a.png", "b.png"], task="point", boxes=None, points=[{"x": 50, "y": 25, "image_index": 1}])
    found = problem(write_rows(row))
    assert found.points == (PlacedPoint(50, 25, 1),)
    assert [image.width for image in found.images] == [64, 100]


def test_boxes_of_a_choice_are_evidence(write_rows: Callable[..., Path]) -> None:
    found = problem(write_rows(box_row(task="choice", choices=["yes", "no"], answer="no")))
    assert [box.role for box in found.boxes] == [Role.EVIDENCE]
    assert (found.choices, found.answer) == (("yes", "no"), "no")


def test_a_number_answers_by_its_place_among_the_choices(write_rows: Callable[..., Path]) -> None:
    assert problem(write_rows(box_row(task="choice", boxes=None, choices=["yes", "no"], answer=1))).answer == "no"


def test_context_is_kept(write_rows: Callable[..., Path]) -> None:
    context = [{"role": "user", "text": "Earlier."}]
    assert problem(write_rows(box_row(context=context))).context == ({"role": "user", "text": "Earlier."},)


def test_coordinates_are_of_the_oriented_image(folder: Path, write_rows: Callable[..., Path]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48)).save(folder / "a.png", exif=exif)
    found = problem(write_rows(box_row(boxes=[0, 0, 48, 64])))
    assert (found.images[0].width, found.images[0].height) == (48, 64)


def test_rounding_at_an_edge_is_set_back_to_it(write_rows: Callable[..., Path]) -> None:
    assert problem(write_rows(box_row(boxes=[0.5, 0.5, 1.000001, 1], space="unit"))).boxes[0].x2 == 64


BAD_ROWS = [
    (box_row(boxes=[[4, 6, 65, 30]]), Reason.OUTSIDE_IMAGE, "box (4, 6, 65, 30) in space pixel exceeds image 64x48"),
    (box_row(boxes=[[-1, 6, 20, 30]]), Reason.OUTSIDE_IMAGE, "box (-1, 6, 20, 30)"),
    (box_row(task="point", boxes=None, points=[64, 49]), Reason.OUTSIDE_IMAGE, "point (64, 49)"),
    (box_row(boxes=[[20, 6, 4, 30]]), Reason.INVERTED_BOX, "box (20, 6, 4, 30)"),
    (box_row(boxes=[[4, 6, 4, 30]]), Reason.INVERTED_BOX, "no area"),
    (box_row(boxes=[[math.nan, 6, 20, 30]]), Reason.NOT_FINITE, "nan"),
    (box_row(boxes=[[4, 6, math.inf, 30]]), Reason.NOT_FINITE, "inf"),
    (box_row(boxes=[[4, 6, 10**400, 30]]), Reason.NOT_FINITE, "1e308"),
    (box_row(boxes=[[4, 6, 20]]), Reason.WRONG_TYPE, "4 numbers x1, y1, x2, y2, not [4, 6, 20]"),
    (box_row(boxes=[["4", 6, 20, 30]]), Reason.WRONG_TYPE, "4 numbers"),
    (box_row(boxes=[[True, 6, 20, 30]]), Reason.WRONG_TYPE, "4 numbers"),
    (box_row(boxes="4 6 20 30"), Reason.WRONG_TYPE, "boxes should be a list"),
    (box_row(boxes=[{"x1": 1, "y1": 2}]), Reason.MISSING_FIELD, "box lacks x2, y2; it has x1, y1"),
    (box_row(boxes=[{"x1": 1, "y1": 2, "x2": 3, "y2": 4, "image_index": 1}]), Reason.NO_SUCH_IMAGE, "image 1, the row has 1"),
    (box_row(boxes=[{"x1": 1, "y1": 2, "x2": 3, "y2": 4, "image_index": "0"}]), Reason.WRONG_TYPE, "image_index"),
    (box_row(boxes=[{"x1": 1, "y1": 2, "x2": 3, "y2": 4, "role": "hint"}]), Reason.WRONG_TYPE, "answer, evidence, not 'hint'"),
    (box_row(boxes=[[1, 2, 3, 4], [5, 6, 7, 8]]), Reason.AMBIGUOUS, "one answer box, not 2"),
    (box_row(boxes=None), Reason.MISSING_FIELD, "task box needs boxes"),
    (box_row(task="point", boxes=None), Reason.MISSING_FIELD, "task point needs boxes or points"),
    (box_row(space=None), Reason.UNDECLARED_SPACE, "no space is declared"),
    (box_row(space="percent"), Reason.UNDECLARED_SPACE, "'percent' is unknown"),
    (box_row(question=None), Reason.MISSING_FIELD, "question is missing"),
    (box_row(question=" "), Reason.MISSING_FIELD, "question is missing or blank"),
    (box_row(question=7), Reason.WRONG_TYPE, "question should be text, not 7"),
    (box_row(task=None), Reason.MISSING_FIELD, "task is missing; the row has image, question, boxes, space"),
    (box_row(task="segment"), Reason.UNKNOWN_TASK, "'segment' is none of point, box"),
    (box_row(image=None), Reason.MISSING_FIELD, "image or images"),
    (box_row(images=["a.png"]), Reason.MISSING_FIELD, "one of them"),
    (box_row(image=None, images=[]), Reason.WRONG_TYPE, "at least one"),
    (box_row(image=3), Reason.WRONG_TYPE, "an image should be a path, not 3"),
    (box_row(image="gone.png"), Reason.MISSING_IMAGE, "there is no image gone.png"),
    (box_row(image="samples.jsonl"), Reason.UNREADABLE_IMAGE, "samples.jsonl"),
    (box_row(image="../mine/a.png"), Reason.PATH_LEAVES_FOLDER, "../mine/a.png"),
    (box_row(image="/etc/hostname"), Reason.PATH_LEAVES_FOLDER, "/etc/hostname"),
    (box_row(image="C:\\a.png"), Reason.PATH_LEAVES_FOLDER, "C:"),
    (box_row(image="..\\a.png"), Reason.PATH_LEAVES_FOLDER, "a.png"),
    (box_row(image="a\0.png"), Reason.WRONG_TYPE, "no path"),
    (box_row(image="x" * 5000), Reason.MISSING_IMAGE, "cannot be"),
    (box_row(task="choice", choices=["yes", "no"], answer="maybe"), Reason.ANSWER_NOT_A_CHOICE, "'maybe' is none of the choices yes, no"),
    (box_row(task="choice", choices=["yes", "no"], answer=2), Reason.ANSWER_NOT_A_CHOICE, "2 is no place among 2"),
    (box_row(task="choice", choices="yes", answer="yes"), Reason.WRONG_TYPE, "choices should be a list"),
    (box_row(task="choice", answer="yes"), Reason.MISSING_FIELD, "needs choices"),
    (box_row(task="text", boxes=None), Reason.MISSING_FIELD, "task text needs an answer"),
    (box_row(context="before"), Reason.WRONG_TYPE, "context"),
    (box_row(note=math.nan), Reason.WRONG_TYPE, "note"),
    ("{'image': 1}", Reason.BAD_JSON, "not JSON"),
    ("[1, 2]", Reason.BAD_JSON, "object, not list"),
    ('{"question": "\\ud800"}', Reason.BAD_JSON, "surrogates"),
    ("[" * 100_000, Reason.BAD_JSON, "not JSON"),
]


@pytest.mark.parametrize(("row", "reason", "words"), BAD_ROWS)
def test_a_bad_row_is_a_reject_and_the_rest_goes_on(
    write_rows: Callable[..., Path], row: dict[str, Any] | str, reason: Reason, words: str
) -> None:
    reject, good = read(write_rows(row, box_row()))
    assert isinstance(reject, Reject), reject
    assert (reject.locator, reject.reason) == ("samples.jsonl:1", reason)
    assert words in reject.detail
    assert isinstance(good, Problem)


def test_a_link_out_of_the_folder_is_a_reject(folder: Path, write_rows: Callable[..., Path], tmp_path: Path) -> None:
    (folder / "a.png").rename(tmp_path / "outside.png")
    (folder / "a.png").symlink_to(tmp_path / "outside.png")
    [reject] = read(write_rows(box_row()))
    assert isinstance(reject, Reject)
    assert reject.reason == Reason.PATH_LEAVES_FOLDER
    assert "outside.png" in reject.detail


def test_a_link_inside_the_folder_is_followed(folder: Path, write_rows: Callable[..., Path]) -> None:
    (folder / "link.png").symlink_to("a.png")
    assert problem(write_rows(box_row(image="link.png"))).images[0].path == "link.png"


def test_an_enormous_image_is_a_reject(write_rows: Callable[..., Path]) -> None:
    [reject] = read_folder(FolderConfig(path=write_rows(box_row())), 64 * 48 - 1)
    assert isinstance(reject, Reject)
    assert reject.reason == Reason.ENORMOUS_IMAGE
    assert "64x48" in reject.detail


def test_blank_lines_and_a_byte_order_mark_do_no_harm(folder: Path, write_rows: Callable[..., Path]) -> None:
    write_rows(box_row(), "", box_row(image="b.png"))
    file = folder / "samples.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert [item.locator for item in read(folder)] == ["samples.jsonl:1", "samples.jsonl:3"]


def test_a_line_that_is_no_text_is_a_reject(folder: Path) -> None:
    (folder / "samples.jsonl").write_bytes(b'{"question": "\xff"}\n')
    assert [item.reason for item in read(folder) if isinstance(item, Reject)] == [Reason.BAD_JSON]


@pytest.mark.parametrize("missing", ["folder", "file"])
def test_an_absent_folder_or_file_is_one_error(folder: Path, missing: str) -> None:
    config = FolderConfig(path=folder / "gone" if missing == "folder" else folder)
    with pytest.raises(SourceError, match=f"there is no {missing} "):
        consume(read_folder(config, MAX_PIXELS))


def consume(items: Iterator[object]) -> None:
    for _ in items:
        pass
