"""Hub: any data set that the library ``datasets`` loads, from the Hugging Face hub or a local folder, with a column map.

Rows are streamed and images stay undecoded, so that the stored bytes are those of the data set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.sources.columns import check_columns, column_reader, mapped_columns, rename
from data.sources.config import HubConfig
from data.sources.files import ImageFolder
from data.sources.folder import read_row
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError, SourceImage
from data.sources.row import RowReader

REMOTE = "hf://"
"""How ``datasets`` names a file of the hub; inside an archive it stands after ``::``."""


@dataclass(frozen=True, slots=True)
class RemoteFolder(ImageFolder):
    """The files of a data set on the hub; nothing of this machine is read."""

    def read(self, path: str) -> SourceImage:
        """The image at a ``hf://`` path. Raises ``RowError``."""
        import fsspec  # type: ignore[import-untyped]

        if not path.rpartition("::")[2].startswith(REMOTE):
            raise RowError(Reason.PATH_LEAVES_FOLDER, f"path {path} is no file of the data set on the hub")
        try:
            with fsspec.open(path, "rb") as file:
                stored = file.read()
        except (OSError, ValueError) as error:
            raise RowError(Reason.MISSING_IMAGE, f"image {path} cannot be read: {error}") from error
        return SourceImage.read(stored, path, self.max_pixels)


@dataclass(frozen=True, slots=True)
class LocalFolder(ImageFolder):
    """A local data set; ``datasets`` names its files by absolute paths."""

    def read(self, path: str) -> SourceImage:
        """The image at a path inside the folder. Raises ``RowError``."""
        root = self.root.resolve()
        inside = Path(path).relative_to(root) if Path(path).is_relative_to(root) else path
        return ImageFolder(root, self.max_pixels).read(str(inside))


def read_hub(config: HubConfig, max_pixels: int) -> Iterator[Problem | Reject]:
    """The problems of a split. Raises ``SourceError`` where it cannot be loaded or lacks a column."""
    columns = mapped_columns(config)
    rows = stream(config.repository, config.name, config.source_split, config.revision)
    check_columns(columns, rows.column_names or [], f"{config.repository} {config.source_split}")
    rows = rows.select_columns(sorted(set(columns.values()))).decode(False)
    reader = _reader(config, max_pixels)
    for number, row in enumerate(stream_rows(rows, f"{config.repository} split {config.source_split}"), start=1):
        yield read_row(reader, f"{config.source_split}:{number}", rename(row, columns))


def _reader(config: HubConfig, max_pixels: int) -> RowReader:
    path = Path(config.repository)
    if path.is_dir():
        return column_reader(config, config.dataset, LocalFolder(path, max_pixels))
    return column_reader(config, config.dataset, RemoteFolder(path, max_pixels))


def stream(repository: str, name: str | None, split: str, revision: str | None) -> Any:
    """A streaming data set whose columns are known. Raises ``SourceError``."""
    import datasets

    try:
        rows = datasets.load_dataset(repository, name, split=split, revision=revision, streaming=True)
        return rows if rows.column_names else rows._resolve_features()
    except (OSError, ValueError, RuntimeError, pa.ArrowException, datasets.exceptions.DatasetsError) as error:
        raise SourceError(f"data set {repository} split {split} cannot be loaded: {error}") from error


def stream_rows(rows: Any, what: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a stream. Raises ``SourceError`` where it breaks off."""
    import datasets

    try:
        yield from rows
    except (OSError, pa.ArrowException, datasets.exceptions.DatasetsError) as error:
        raise SourceError(f"data set {what} breaks off: {error}") from error


def fetch(repository: str, revision: str | None, names: Sequence[str]) -> Path:
    """The first of these files that a data set of the hub has, on this machine. Raises ``SourceError``."""
    from huggingface_hub import hf_hub_download

    reasons = []
    for name in names:
        try:
            return Path(hf_hub_download(repository, name, repo_type="dataset", revision=revision))
        except (OSError, ValueError) as error:
            reasons.append(f"{name}: {str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}")
    raise SourceError(f"data set {repository} does not give {'; '.join(reasons)}")


def unpack(archive: Path) -> Path:
    """The folder of what is in an archive, unpacked once. Raises ``SourceError``."""
    import datasets

    try:
        return Path(datasets.DownloadManager().extract(str(archive)))
    except (OSError, ValueError, RuntimeError) as error:
        raise SourceError(f"archive {archive} cannot be unpacked: {error}") from error
