"""Screens: what the screenshot benchmarks share: a record is an instruction and the box of the element that it means.

Their files are sorted by *platform* (mobile, desktop, web), as papers report them, or hold records of all of them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, ClassVar

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.items import item, sorted_out
from data.benchmarks.published.material import Material, Record, Records, problems, required
from data.sample import Task
from data.sources.columns import read_cell
from data.sources.files import ImageFolder
from data.sources.problem import Problem, Reason, Reject, RowError, SourceImage

PLATFORMS = {
    "android": "mobile",
    "ios": "mobile",
    "macos": "desktop",
    "windows": "desktop",
    "forum": "web",
    "gitlab": "web",
    "shop": "web",
    "tool": "web",
}
"""The platform of each ``data_source``."""
KINDS = ("text", "icon")
"""What an element is: words, or a picture or another thing to use."""
POINT_METRICS = ("accuracy of points in the box, by platform and type, and over all",)
POSITIVE = "positive"
"""What the published code calls a record whose element is in the picture; ``negative`` ones are not published."""
ReadImage = Callable[[Any], SourceImage]


class Screens(AskedBenchmark):
    """Instructions on screenshots, answered with a point, judged by the box of the element."""

    protocols: tuple[str, ...] = (STRICT, "vigorl-point", "vigorl-multiturn-point")
    parts: ClassVar[tuple[str, ...]]
    """What scores are reported by first, and what a recipe's ``subset`` may be."""

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """The problems of the parts that are wanted, file after file."""
        read_image = self.pictures(material)
        records = sorted_out(material, self.records(material), self.parts, self.part)

        def read(locator: str, record: Record) -> Problem:
            return item(self.problem(material, locator, record, read_image), self.part(record), record.get("id"))

        yield from problems(records, read)

    @abstractmethod
    def records(self, material: Material) -> Records:
        """The records of every file. Raises ``SourceError`` where one is missing."""

    @abstractmethod
    def pictures(self, material: Material) -> ReadImage:
        """What reads the picture that a record names. Raises ``SourceError`` where there is no folder of pictures."""

    @abstractmethod
    def part(self, record: Record) -> str:
        """The part that a record is of; empty where it does not say."""

    @abstractmethod
    def problem(self, material: Material, locator: str, record: Record, read_image: ReadImage) -> Problem:
        """The problem of a record. Raises ``RowError``."""


def platform_of(record: Record) -> str:
    """The platform that a record says, or that its ``data_source`` belongs to; empty where neither is known."""
    said = record.get("platform")
    return said if isinstance(said, str) and said else PLATFORMS.get(str(record.get("data_source")), "")


def screen(record: Record, names: tuple[str, ...]) -> dict[str, Any]:
    """The row of a record of ScreenSpot's form; ``names`` are the fields that may name its picture. Raises ``RowError``.

    A record that holds its picture is of a Parquet copy, whose boxes are ``x1 y1 x2 y2`` in unit; others have ``x y w h`` in pixels.
    ``meta`` has the box of the latter as ``x1 y1 x2 y2``, in the numbers of the record.
    """
    instruction, box = required(record, "instruction", "bbox")
    image = next((record[name] for name in names if record.get(name) is not None), None)
    if image is None:
        raise RowError(Reason.MISSING_FIELD, f"the record lacks {' and '.join(names)}; it has {', '.join(record)}")
    platform, kind = platform_of(record), record.get("data_type")
    if platform not in PLATFORMS.values() or kind not in KINDS:
        reason = f"a record is of mobile, desktop or web, and text or icon, not of {record.get('data_source')!r} and {kind!r}"
        raise RowError(Reason.UNKNOWN_CLASS, reason)
    row = {"image": image, "question": instruction, "task": Task.POINT, "category": f"{platform}_{kind}", "platform": platform}
    row |= {key: record[key] for key in ("data_type", "data_source") if record.get(key) is not None}
    if isinstance(image, Mapping):
        return row | {"boxes": box, "space": "unit"}
    corners = corners_of(box)
    return row | {"boxes": corners, "space": "pixel", "bbox": corners, "img_filename": image, "gt_type": POSITIVE}


def corners_of(box: Any) -> Any:
    """``x1 y1 x2 y2`` of ``x y w h``; what is not four numbers stays as it is."""
    is_box = isinstance(box, list | tuple) and len(box) == 4
    if not is_box or any(isinstance(number, bool) or not isinstance(number, int | float) for number in box):
        return box
    x, y, width, height = box
    return [x, y, x + width, y + height]


def picture_folder(material: Material, folders: tuple[str, ...], *archives: str) -> ImageFolder:
    """The folder of a data set's pictures: that of the recipe, the first of these below it, or its own. Raises ``SourceError``."""
    base = material.pictures(*archives)
    found = next((base.root / name for name in folders if (base.root / name).is_dir()), base.root)
    return ImageFolder(found, base.max_pixels)


def reader_of(folder: ImageFolder) -> ReadImage:
    """What reads the pictures of a folder, and those that a record holds itself."""
    return lambda value: read_cell(folder, value)


def joined(records: Iterable[Records]) -> Records:
    """The records of several files, one after another."""
    return chain.from_iterable(records)
