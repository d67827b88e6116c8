"""Material: where a published data set lies, a local folder or file, or a data set of the hub.

What loaders share: finding files, reading their records, reading images, and saying what is missing. A *part* is a split or version that
was published with a count of its own. Records that are read here are counted, and no more of a part are read than the recipe's limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from data.identity import canonical_json
from data.sources.columns import check_columns, read_cell, table_rows
from data.sources.config import PublishedConfig
from data.sources.files import ImageFolder, read_json_rows
from data.sources.hub import RemoteFolder, fetch, stream, stream_rows, unpack
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError, SourceImage
from data.sources.row import RowReader

Record = dict[str, Any]
Records = Iterator[tuple[str, Record] | Reject]
"""Locator and record, or why a line is none."""
ALL = "all"
"""The part of a data set that has none."""
FilesOfParts = Mapping[str, tuple[str, ...]]
"""Names or globs of the file of each part; the first that is there is read."""


@dataclass(frozen=True, slots=True)
class Material:
    """The files of one published data set, as a recipe says where they are."""

    config: PublishedConfig
    max_pixels: int
    repository: str | None = None
    """The hub id that the loader knows; it is asked where the recipe names neither path nor repository."""
    read: Counter[str] = field(default_factory=Counter)
    """Records read so far by part."""

    @property
    def hub(self) -> str | None:
        """The data set of the hub that is read; None where the files are local."""
        return hub_of(self.config, self.repository)

    @property
    def root(self) -> Path:
        """The folder that files are looked for in. Raises ``SourceError`` where the recipe names none."""
        path = self._local
        return path if path.is_dir() else path.parent

    @property
    def images(self) -> ImageFolder:
        """The folder that image paths are relative to. Raises ``SourceError`` where it is not there or not known."""
        return self.pictures()

    def pictures(self, *archives: str) -> ImageFolder:
        """As ``images``; of a data set of the hub, the unpacked archive of one of these names. Raises ``SourceError``."""
        if self.config.images is not None or self.hub is None:
            folder = self.config.images or self.root
            if not folder.is_dir():
                raise SourceError(f"{self.config.name}: there is no folder {folder.absolute()} of images")
            return ImageFolder(folder, self.max_pixels)
        if not archives:
            raise SourceError(f"{self.config.name}: {self.hub} holds no folder of images; set images to where they are")
        return ImageFolder(unpack(self.file(*archives)), self.max_pixels)

    def json(self, *names: str, part: str = ALL) -> Records:
        """The records of a file: that of ``path``, or the first of these names (or globs) that is in the folder; JSON list or JSON lines.

        Raises ``SourceError`` naming the folder and every name that was looked for.
        """
        return self.taken(read_json_rows(self.file(*names)), part)

    def table(self, split: str, *names: str, columns: tuple[str, ...] = (), part: str | None = None) -> Records:
        """The rows of the Parquet files that the first matching name or glob finds, or of that split of a data set of the hub, streamed.

        On the hub the recipe's ``subset`` is a configuration. Images stay undecoded. Raises ``SourceError`` where there is no such file or
        split, or one lacks one of the columns.
        """
        rows = self._streamed(split, columns) if self.hub is not None else self._tabled(names, columns)
        return self.taken(rows, split if part is None else part)

    def taken(self, records: Records, part: str = ALL) -> Records:
        """Records, counted, at most as many as the recipe's limit."""
        for record in islice(records, self.config.limit):
            self.read[part] += 1
            yield record

    def chosen(self, parts: Iterable[str]) -> list[str]:
        """The part that the recipe's ``subset`` names, else all. Raises ``SourceError`` naming them where it is none of them."""
        said, known = self.config.subset, list(parts)
        if said is not None and said not in known:
            raise SourceError(f"{self.config.name}: there is no part {said!r}; there are {', '.join(known)}")
        return known if said is None else [said]

    @property
    def uncounted(self) -> Material:
        """The same without limit and subset, its records counted apart: for a loader that makes records of others."""
        return replace(self, config=self.config.model_copy(update={"limit": None, "subset": None}), read=Counter())

    def parts(self, files: FilesOfParts) -> list[tuple[str, Path]]:
        """The parts to read, each with its file: those of the recipe's ``subset``, of the file that ``path`` is, or all.

        Raises ``SourceError`` where a part is unknown, or its file is not there.
        """
        wanted = self._wanted(files)
        return [(part, self.file(*files[part])) for part in wanted]

    def file(self, *names: str) -> Path:
        """The file of ``path``, or the first of these names (or globs) that is in the folder or the data set. Raises ``SourceError``."""
        if self.hub is not None:
            return fetch(self.hub, self.config.revision, [name for name in names if "*" not in name])
        if self._local.is_file():
            return self._local
        found = found_in(self.root, names)
        if found is None:
            raise SourceError(f"{self.config.name}: {self.root.absolute()} holds none of {', '.join(names)}")
        return found

    def image(self, value: Any, *heads: str) -> SourceImage:
        """The image that a record names by a path, or holds as bytes. Raises ``RowError``."""
        if self.config.images is None and self.hub is not None:
            return read_cell(RemoteFolder(Path(self.hub), self.max_pixels), value)
        return read_below(self.images, value, *heads)

    def reader(self, space: str | None, read_image: Callable[[Any], SourceImage] | None = None, dataset: str | None = None) -> RowReader:
        """What makes problems of rows in our names, their coordinates in that space."""
        return RowReader(dataset or self.config.name, self.config.split, read_image or self.image, space)

    def beside(self, space: str | None, *heads: str) -> RowReader:
        """As ``reader``, for records that name images by paths in a folder. Raises ``SourceError`` where that is not there or not known."""
        folder = self.images
        return self.reader(space, lambda value: read_below(folder, value, *heads))

    @property
    def _local(self) -> Path:
        path = local_of(self.config, self.repository)
        if path is None:
            raise SourceError(f"{self.config.name}: no path is set; say where its files are")
        if not path.exists():
            raise SourceError(f"{self.config.name}: there is no file or folder {path.absolute()}")
        return path

    def _wanted(self, files: FilesOfParts) -> list[str]:
        if self.config.subset is not None or self.hub is not None or self._local.is_dir():
            return self.chosen(files)
        named = [part for part, names in files.items() if any(fnmatch(self._local.name, PurePosixPath(name).name) for name in names)]
        if not named and len(files) > 1:
            raise SourceError(
                f"{self.config.name}: {self._local.name} does not say which part it is; set subset to one of {', '.join(files)}"
            )
        return named or list(files)

    def _tabled(self, names: tuple[str, ...], columns: tuple[str, ...]) -> Records:
        first = self.file(*names)
        paths = [first] if first == self._local else next(found for name in names if (found := sorted(self.root.glob(name))))
        for path in paths:
            for number, row in enumerate(table_rows(path, columns), start=1):
                yield f"{path.relative_to(self.root)}:{number}", row

    def _streamed(self, split: str, columns: tuple[str, ...]) -> Records:
        rows = stream(str(self.hub), self.config.subset, split, self.config.revision)
        check_columns(dict(zip(columns, columns, strict=True)), rows.column_names or [], f"{self.hub} {split}")
        kept = (rows.select_columns(list(columns)) if columns else rows).decode(False)
        for number, row in enumerate(stream_rows(kept, f"{self.hub} split {split}"), start=1):
            yield f"{split}:{number}", dict(row)


def hub_of(config: PublishedConfig, known: str | None) -> str | None:
    """The data set of the hub that a recipe's source is; None where it is local, or nowhere."""
    repository = config.repository or known
    return None if config.path is not None or repository is None or Path(repository).is_dir() else repository


def local_of(config: PublishedConfig, known: str | None) -> Path | None:
    """The file or folder that a recipe's source is, there or not; None where it is on the hub, or nowhere."""
    if config.path is not None:
        return config.path
    repository = config.repository or known
    return Path(repository) if repository is not None and Path(repository).is_dir() else None


def found_in(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first file of these names or globs."""
    return next((found for name in names for found in sorted(folder.glob(name))), None)


def read_below(folder: ImageFolder, value: Any, *heads: str) -> SourceImage:
    """The image at a path, without those of the heads it begins with where the folder has none of them. Raises ``RowError``."""
    for path in _without(value, heads) if isinstance(value, str) else ():
        if _is_file(folder.root / path):
            return folder.read(path)
    return read_cell(folder, value)


def _is_file(path: Path) -> bool:
    """Whether a record names a file; a name that no file can have names none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _without(path: str, heads: tuple[str, ...]) -> Iterator[str]:
    """A path, and the same with ever more of its first parts gone."""
    yield path
    parts = PurePosixPath(path).parts
    for head in heads:
        if not parts or parts[0] != head:
            return
        parts = parts[1:]
        yield str(PurePosixPath(*parts))


def problems(records: Records, read: Callable[[str, Record], Problem]) -> Iterator[Problem | Reject]:
    """A problem of each record; one on which ``read`` raises ``RowError`` is a reject."""
    for record in records:
        yield record if isinstance(record, Reject) else attempt(read, *record)


def attempt(read: Callable[[str, Record], Problem], locator: str, record: Record) -> Problem | Reject:
    """The problem of a record, or why it is none."""
    try:
        return _plain(read(locator, record))
    except RowError as error:
        return Reject(locator, error.reason, error.detail)


def _plain(problem: Problem) -> Problem:
    """The problem. Raises ``RowError`` where what it keeps of its record cannot be written as JSON."""
    try:
        canonical_json(dict(problem.meta))
    except (ValueError, TypeError) as error:
        raise RowError(Reason.WRONG_TYPE, f"fields {', '.join(problem.meta)} should be plain JSON: {error}") from error
    return problem


def required(record: Mapping[str, Any], *names: str) -> list[Any]:
    """The fields of a record that it must have. Raises ``RowError`` naming those that are absent and those that are there."""
    missing = [name for name in names if record.get(name) is None]
    if missing:
        raise RowError(Reason.MISSING_FIELD, f"the record lacks {', '.join(missing)}; it has {', '.join(map(str, record)) or 'nothing'}")
    return [record[name] for name in names]
