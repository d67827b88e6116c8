"""Source settings: where samples come from. ``kind`` chooses the source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from data.config import Section
from data.sources.globs import matching

SplitName = Literal["train", "validation", "test"]
SpaceName = Literal["pixel", "thousandth", "unit"]


class LicensedConfig(Section):
    """What every source may say."""

    licence: str | None = None
    """What the source's images and answers may be used for, by the name of a licence; it is written on the cards of what is published."""

    @property
    def roots(self) -> tuple[Path, ...]:
        """The files and folders of this machine that it reads, there or not."""
        return self.folders

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders without which there is nothing to read."""
        return ()

    @property
    def rows_file(self) -> Path | None:
        """The file of its rows, where it is one."""
        return None


class HeldConfig(LicensedConfig):
    """What every source of existing rows may say."""

    expected: int | None = Field(default=None, ge=0)
    """About how many rows it has, for a plan made before they are there; not part of the stage key."""
    expected_images: int = Field(default=1, gt=0)
    """How many images a row has at most, likewise."""


class ScenesConfig(LicensedConfig):
    """Drawn scenes of coloured shapes: exact boxes, any number of them."""

    kind: Literal["scenes"] = "scenes"
    count: int = Field(gt=0)
    split: SplitName = "train"
    seed: int = 0
    tasks: dict[str, float] = {"point": 1.0}
    """Relative share of ``point``, ``box``, ``choice`` and ``multi_image`` problems. A choice is between directions; in the band ``tiny``
    between shapes, or whether two objects have the same."""
    bands: dict[str, float] = {"easy": 1.0}
    """Relative share of the bands ``easy``, ``medium``, ``hard`` and ``tiny``."""
    questions_per_image: int = Field(default=1, ge=1, le=4)


class FolderConfig(HeldConfig):
    """A folder of images and a JSONL of problems beside them."""

    kind: Literal["folder"] = "folder"
    path: Path
    file: str = "samples.jsonl"
    split: SplitName = "train"
    space: SpaceName | None = None
    """The space of every row's coordinates; a row's own ``space`` wins; neither is a reject."""

    @property
    def dataset(self) -> str:
        """What ``samples.dataset`` says of it."""
        return self.path.resolve().name

    @property
    def folders(self) -> tuple[Path, ...]:
        return (self.path,)

    @property
    def rows_file(self) -> Path:
        return self.path / self.file


class YoloConfig(HeldConfig):
    """Images with YOLO labels (``class cx cy w h``, unit)."""

    kind: Literal["yolo"] = "yolo"
    path: Path
    """Holds ``images/<folder>`` and ``labels/<folder>``."""
    folder: str = "train"
    split: SplitName = "train"
    names: dict[int, str]
    """Class number to name."""
    task: Literal["point", "box", "boxes"] = "box"

    @property
    def dataset(self) -> str:
        """What ``samples.dataset`` says of it."""
        return self.path.resolve().name

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(self.path / kind / self.folder for kind in ("images", "labels"))


class ColumnsConfig(Section):
    """Which column of a foreign data set is what; a column not named is absent."""

    question: str
    image: str | None = None
    images: str | None = None
    answer: str | None = None
    choices: str | None = None
    boxes: str | None = None
    points: str | None = None
    category: str | None = None
    task: str | None = None
    context: str | None = None


class ParquetConfig(HeldConfig):
    """Local Parquet files with a column map."""

    kind: Literal["parquet"] = "parquet"
    path: str
    """A file or a glob."""
    columns: ColumnsConfig
    space: SpaceName
    task: str | None = None
    box_format: Literal["xyxy", "xywh"] = "xyxy"
    split: SplitName = "train"

    @property
    def dataset(self) -> str:
        """What ``samples.dataset`` says of it."""
        return Path(self.path).resolve().parent.name

    @property
    def roots(self) -> tuple[Path, ...]:
        return tuple(matching(self.path))


class HubConfig(HeldConfig):
    """Any data set of the Hugging Face hub (or a local folder ``datasets`` can load) with a column map."""

    kind: Literal["hub"] = "hub"
    repository: str
    name: str | None = None
    source_split: str = "train"
    revision: str | None = None
    columns: ColumnsConfig
    space: SpaceName
    task: str | None = None
    box_format: Literal["xyxy", "xywh"] = "xyxy"
    split: SplitName = "train"

    @property
    def dataset(self) -> str:
        """What ``samples.dataset`` says of it."""
        path = Path(self.repository)
        return path.resolve().name if path.is_dir() else self.repository

    @property
    def roots(self) -> tuple[Path, ...]:
        return (Path(self.repository),)


class TracesConfig(HeldConfig):
    """Existing chains (ShareGPT or JSONL), so that generation can be skipped: makes samples and ``imported`` traces."""

    kind: Literal["traces"] = "traces"
    path: Path
    dialect: str
    space: Literal["pixel", "resized", "thousandth", "unit"]
    images: Path | None = None
    """The folder that image paths are relative to; default: the file's own."""
    task: str | None = None
    """The task of rows that name none; without it, the first of point, box, boxes, text that a chain's answer fits."""
    split: SplitName = "train"

    @property
    def dataset(self) -> str:
        """What ``samples.dataset`` says of it."""
        return self.path.stem

    @property
    def roots(self) -> tuple[Path, ...]:
        return (self.path, self.image_folder)

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((self.path.parent, self.image_folder)))

    @property
    def rows_file(self) -> Path:
        return self.path

    @property
    def image_folder(self) -> Path:
        """What image paths are relative to."""
        return self.images or self.path.parent


class PublishedConfig(HeldConfig):
    """A published data set in the form it was published in; which one, ``name`` says."""

    kind: Literal["published"] = "published"
    name: str
    """A benchmark or a training set that Fovea knows, or the path of a TOML file that maps the columns of another."""
    path: Path | None = None
    """A local folder or file of it."""
    repository: str | None = None
    """Its id on the Hugging Face hub; where neither is set, the hub id that the loader knows."""
    revision: str | None = None
    images: Path | None = None
    """The folder that image paths are relative to; default: that of ``path``."""
    subset: str | None = None
    """One of its parts, where it has some; default: all."""
    split: SplitName = "test"
    limit: int | None = Field(default=None, gt=0)
    """At most so many records of each part, the first ones."""

    @property
    def roots(self) -> tuple[Path, ...]:
        found = self.path or (Path(self.repository) if self.repository is not None else None)
        beside = found.parent if found is not None and found.is_file() else found
        return tuple(dict.fromkeys(path for path in (found, self.images or beside) if path is not None))


SourceConfig = Annotated[
    ScenesConfig | FolderConfig | YoloConfig | ParquetConfig | HubConfig | TracesConfig | PublishedConfig,
    Field(discriminator="kind"),
]


class IngestConfig(Section):
    """Which problems a run is about."""

    sources: list[SourceConfig] = Field(min_length=1)
    max_image_pixels: int = Field(default=50_000_000, gt=0, le=89_478_485)
    """An image with more pixels is a reject; Pillow's guard against decompression bombs sets the upper limit."""
