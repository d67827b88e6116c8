"""ScreenSpot: 1,272 instructions on screenshots of phones, desktops and web pages (SeeClick, arXiv 2401.10935)."""

from __future__ import annotations

from typing import ClassVar

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import Material, Record, Records, found_in
from data.benchmarks.published.registry import register
from data.benchmarks.published.screens import (
    POINT_METRICS,
    ReadImage,
    Screens,
    joined,
    picture_folder,
    platform_of,
    reader_of,
    screen,
)
from data.sources.files import read_json_rows
from data.sources.problem import Problem

PARQUET = ("*.parquet", "data/*.parquet")
NAMES = ("img_filename", "image", "file_name")
"""What its copies call the field of the picture: SeeClick's, UGround's, the hub's (which holds the picture as ``image``)."""


@register
class ScreenSpot(Screens):
    """ScreenSpot, the first version."""

    name = "screenspot"
    parts = ("mobile", "desktop", "web")
    files: ClassVar[dict[str, tuple[str, ...]]] = {part: (f"screenspot_{part}.json",) for part in parts}
    whole: ClassVar[tuple[str, ...]] = ("screenspot.jsonl", *PARQUET)
    """Files that hold all parts; one of them is read where there is one."""
    folders: ClassVar[tuple[str, ...]] = ("screenspot_imgs", "images")
    archives: ClassVar[tuple[str, ...]] = ()
    """What holds the pictures on the hub; where nothing does, the records hold them."""
    card = Card(
        title="ScreenSpot",
        form="three JSON lists beside the folder screenspot_imgs; UGround's one file of JSON lines; Parquet that holds the pictures",
        space="pixel, x y w h; unit, x1 y1 x2 y2 in Parquet",
        files={part: (f"screenspot_{part}.json", "screenspot.jsonl", *PARQUET) for part in ("mobile", "desktop", "web")},
        counts={"mobile": 502, "desktop": 334, "web": 436},
        metrics=POINT_METRICS,
        schema="njucckevin/SeeClick 661ff1b pretrain/screenspot_test.py; OSU-NLP-Group/UGround 04dc3b3 offline_evaluation/ScreenSpot, its "
        "code and its records; the card of rootsautomation/ScreenSpot on the hub",
        is_verified=True,
        repository="rootsautomation/ScreenSpot",
        licence="apache-2.0",
    )

    def records(self, material: Material) -> Records:
        """Of the file that holds all parts, where there is one, else of one file for each part that is wanted."""
        plain = material.uncounted
        if material.hub is not None and not self.archives:
            return plain.table("test")
        path = material.config.path
        whole = path if path is not None and path.is_file() else None
        if whole is None and material.hub is None:
            whole = found_in(material.root, self.whole)
        if whole is None:
            return joined(read_json_rows(path) for _, path in material.parts(self.files))
        return plain.table("test", *PARQUET) if whole.suffix == ".parquet" else read_json_rows(whole)

    def pictures(self, material: Material) -> ReadImage:
        """Those of the folder, or of the records themselves."""
        holds_pictures = material.hub is not None and not self.archives
        return material.image if holds_pictures else reader_of(picture_folder(material, self.folders, *self.archives))

    def part(self, record: Record) -> str:
        """The platform."""
        return platform_of(record)

    def problem(self, material: Material, locator: str, record: Record, read_image: ReadImage) -> Problem:
        """A point problem; papers report it by platform and type."""
        return material.reader(None, read_image).read(locator, screen(record, NAMES))
