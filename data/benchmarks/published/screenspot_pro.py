"""ScreenSpot-Pro: 1,581 instructions on screenshots of professional programs, up to 6K (arXiv 2504.07981).

Only the positive English instructions are asked, as in the published tables; the Chinese one of a record stays in ``meta``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.base import Card
from data.benchmarks.published.material import Material, Record, Records, required
from data.benchmarks.published.registry import register
from data.benchmarks.published.screens import KINDS, POSITIVE, ReadImage, Screens, joined, picture_folder, reader_of
from data.sample import Task
from data.sources.files import read_json_rows
from data.sources.problem import Problem, Reason, RowError, SourceError, SourceImage

ANNOTATIONS = "annotations/*.json"
FIELDS = ("img_filename", "instruction", "bbox", "img_size", "group", "ui_type")
KEPT = ("application", "platform", "instruction_cn")
COUNTS = {"Dev": 299, "Creative": 341, "CAD": 261, "Scientific": 254, "Office": 230, "OS": 196}
"""Records by group, the sums of icons and texts in the data set's own table."""


@register
class ScreenSpotPro(Screens):
    """ScreenSpot-Pro in its own resolution."""

    name = "screenspot_pro"
    protocols = (STRICT, "screenspot-pro", "vigorl-point", "vigorl-multiturn-point")
    parts = tuple(COUNTS)
    card = Card(
        title="ScreenSpot-Pro",
        form="a JSON list for each program in annotations, beside the folder images",
        space="pixel, x1 y1 x2 y2",
        files=dict.fromkeys(COUNTS, (ANNOTATIONS, "*.json")),
        counts=COUNTS,
        metrics=("accuracy of points in the box, by group and type, and over all",),
        schema="likaixin2000/ScreenSpot-Pro-GUI-Grounding 588f1f2 eval_screenspot_pro.py; the card of likaixin/ScreenSpot-Pro on the hub",
        is_verified=True,
        repository="likaixin/ScreenSpot-Pro",
        licence="mit",
    )

    def records(self, material: Material) -> Records:
        """Of every program's file, or of the one that ``path`` is."""
        return joined(read_json_rows(path) for path in _files(material))

    def pictures(self, material: Material) -> ReadImage:
        """Those of the folder ``images``."""
        return reader_of(picture_folder(material, ("images",)))

    def part(self, record: Record) -> str:
        """The group of programs."""
        return str(record.get("group") or "")

    def problem(self, material: Material, locator: str, record: Record, read_image: ReadImage) -> Problem:
        """A point problem, reported by group and type. Raises ``RowError`` where the picture has another size than the record says."""
        name, instruction, box, size, group, kind = required(record, *FIELDS)
        if group not in tuple(COUNTS) or kind not in KINDS:
            raise RowError(Reason.UNKNOWN_CLASS, f"a record is of {', '.join(COUNTS)}, and text or icon, not of {group!r} and {kind!r}")
        image = read_image(name)
        if size != [image.width, image.height]:
            raise RowError(Reason.WRONG_TYPE, f"img_size is {size!r}, but {name} has {image.width}x{image.height} pixels")
        row = {"question": instruction, "task": Task.POINT, "boxes": box, "category": f"{group}_{kind}"}
        row |= {"bbox": box, "img_filename": name, "img_size": size, "group": group, "ui_type": kind, "gt_type": POSITIVE}
        row |= {key: record[key] for key in KEPT if record.get(key) is not None}
        return self.made(material, locator, row, image)

    def made(self, material: Material, locator: str, row: dict[str, Any], image: SourceImage) -> Problem:
        """The problem of a row in the pixels of its picture."""
        return material.reader("pixel").read(locator, row, (image,))


def _files(material: Material) -> list[Path]:
    """Raises ``SourceError`` where there are none, or the data set is on the hub alone."""
    if material.hub is not None:
        reason = f"{material.hub} has its pictures file by file; set path to a local copy of it"
        raise SourceError(f"{material.config.name}: {reason}")
    first = material.file(ANNOTATIONS, "*.json")
    return [first] if first == material.config.path else sorted(first.parent.glob("*.json"))
