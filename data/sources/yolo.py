"""YOLO: photographs with labels ``class cx cy w h`` in parts of the image, one file of labels per image.

A class gives one problem per image. For the task ``box`` it must have one instance there, or one that is clearly the largest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from data.sample import Task
from data.sources.config import YoloConfig
from data.sources.files import ImageFolder
from data.sources.places import Placement
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError, SourceImage
from data.trace import PlacedBox

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
CLEARLY_LARGER = 1.5
"""The largest instance has at least this times the area of the next."""


@dataclass(slots=True)
class Labels:
    """What one label file says: the boxes of each class number, and the lines that are none."""

    boxes: dict[int, list[PlacedBox]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)
    """Classes with a line that could not be taken: how many there are of them is not known."""


def read_yolo(config: YoloConfig, max_pixels: int) -> Iterator[Problem | Reject]:
    """The problems of ``images/<folder>``, in the order of file names. Raises ``SourceError`` where a folder is absent."""
    image_folder, label_folder = config.path / "images" / config.folder, config.path / "labels" / config.folder
    for folder in (image_folder, label_folder):
        if not folder.is_dir():
            raise SourceError(f"there is no folder {folder.absolute()}; YOLO data has images/{config.folder} and labels/{config.folder}")
    images: dict[str, list[Path]] = {}
    for path in sorted(image_folder.iterdir()):
        if path.suffix.lower() in SUFFIXES:
            images.setdefault(path.stem, []).append(path)
    labels = {path.stem: path for path in label_folder.glob("*.txt")}
    opened = ImageFolder(config.path, max_pixels)
    for stem in sorted(images.keys() | labels.keys()):
        if stem not in images:
            yield Reject(f"labels/{config.folder}/{stem}.txt", Reason.MISSING_IMAGE, f"there is no image of that name in {image_folder}")
        for image in images.get(stem, ()):
            yield from _read_image(config, opened, image, labels.get(stem))


def _read_image(config: YoloConfig, folder: ImageFolder, image_path: Path, label_path: Path | None) -> Iterator[Problem | Reject]:
    name = f"images/{config.folder}/{image_path.name}"
    if label_path is None:
        yield Reject(name, Reason.MISSING_FIELD, f"there are no labels/{config.folder}/{image_path.stem}.txt for the image")
        return
    try:
        image = folder.read(name)
    except RowError as error:
        yield Reject(name, error.reason, error.detail)
        return
    labels = _read_labels(config, label_path, image)
    yield from labels.rejects
    for number in sorted(labels.boxes):
        locator = f"labels/{config.folder}/{label_path.name}:{config.names[number]}"
        if number in labels.spoiled:
            detail = f"{len(labels.boxes[number])} labels of {config.names[number]} are good and another is not: the answer is not known"
            yield Reject(locator, Reason.INCOMPLETE, detail)
        else:
            yield _problem(config, locator, number, labels.boxes[number], image)


def _read_labels(config: YoloConfig, path: Path, image: SourceImage) -> Labels:
    labels = Labels()
    for line_number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
        if line.strip():
            try:
                _read_line(config, labels, line, image)
            except RowError as error:
                locator = f"labels/{config.folder}/{path.name}:{line_number}"
                labels.rejects.append(Reject(locator, error.reason, f"{error.detail} in {line.strip()!r:.100}"))
    return labels


def _read_line(config: YoloConfig, labels: Labels, line: str, image: SourceImage) -> None:
    number = _class_number(config, line)
    try:
        box = _box(line.split()[1:], config.names[number], image)
    except RowError:
        labels.spoiled.add(number)
        raise
    if box in labels.boxes.setdefault(number, []):
        raise RowError(Reason.DUPLICATE, "the same label stands there twice")
    labels.boxes[number].append(box)


def _class_number(config: YoloConfig, line: str) -> int:
    try:
        number = int(line.split()[0])
    except ValueError as error:
        raise RowError(Reason.WRONG_TYPE, "a label starts with a class number") from error
    if number not in config.names:
        raise RowError(Reason.UNKNOWN_CLASS, f"class {number} has no name; named are {sorted(config.names)}")
    return number


def _box(words: list[str], name: str, image: SourceImage) -> PlacedBox:
    try:
        center_x, center_y, width, height = map(float, words)
    except ValueError as error:
        raise RowError(Reason.WRONG_TYPE, f"a label has 4 numbers cx cy w h: {error}") from error
    corners = (center_x - width / 2, center_y - height / 2, center_x + width / 2, center_y + height / 2)
    labelled = {**dict(zip(("x1", "y1", "x2", "y2"), corners, strict=True)), "label": name}
    return Placement((image,), "unit").boxes(labelled)[0]


def _problem(config: YoloConfig, locator: str, number: int, boxes: list[PlacedBox], image: SourceImage) -> Problem | Reject:
    name, task = config.names[number], Task(config.task)
    question = {Task.POINT: f"Point at a {name}.", Task.BOX: f"Box the {name}.", Task.BOXES: f"Box every {name}."}[task]
    if task is Task.BOX and len(boxes) > 1:
        first, second = sorted(boxes, key=_area, reverse=True)[:2]
        if _area(first) < CLEARLY_LARGER * _area(second):
            return Reject(locator, Reason.AMBIGUOUS, f"{len(boxes)} of {name}, none of them clearly the largest; task boxes takes them all")
        question, boxes = f"Box the largest {name}.", [first]
    return Problem(
        locator=locator,
        dataset=config.dataset,
        split=config.split,
        task=task,
        question=question,
        images=(image,),
        boxes=tuple(boxes),
        source_space="unit",
        category=name,
    )


def _area(box: PlacedBox) -> float:
    return (box.x2 - box.x1) * (box.y2 - box.y1)
