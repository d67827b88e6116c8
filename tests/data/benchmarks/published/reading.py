"""Reads small published data sets that a test writes, and draws their pictures."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from data.benchmarks.published import PUBLISHED, Material
from data.sources.config import PublishedConfig
from data.sources.problem import Problem, Reject

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"
"""Published records, beside the repository; absent on most machines."""
MAX_PIXELS = 50_000_000


def read(name: str, path: Path, **options: Any) -> list[Problem | Reject]:
    """What a loader makes of the files at a path."""
    return list(PUBLISHED[name].read(material(name, path, **options)))


def material(name: str, path: Path, **options: Any) -> Material:
    """The files at a path, as a recipe would say where they are."""
    return Material(PublishedConfig.model_validate({"name": name, "path": path} | options), MAX_PIXELS)


def taken(items: Iterable[Problem | Reject]) -> list[Problem]:
    """The problems alone."""
    return [item for item in items if isinstance(item, Problem)]


def only(items: list[Problem | Reject]) -> Problem:
    """The one problem there is."""
    [found] = items
    assert isinstance(found, Problem), found
    return found


def rejected(items: list[Problem | Reject]) -> Reject:
    """The one reject there is."""
    [found] = items
    assert isinstance(found, Reject), found
    return found


def picture(width: int = 100, height: int = 80) -> bytes:
    """A grey picture, as PNG."""
    buffer = io.BytesIO()
    Image.new("L", (width, height), 128).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def text_picture(width: int = 100, height: int = 80) -> str:
    """A picture in base64."""
    return base64.b64encode(picture(width, height)).decode()


def draw(path: Path, width: int = 100, height: int = 80) -> None:
    """Write a picture, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture(width, height))


def write(path: Path, *rows: Mapping[str, Any]) -> Path:
    """Write rows as a JSON list, JSON lines, a tab-separated table or Parquet, as the name ends; the folder above the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path)
    elif path.suffix == ".tsv":
        path.write_text("\n".join("\t".join(map(str, line)) for line in [list(rows[0]), *(row.values() for row in rows)]) + "\n")
    else:
        path.write_text(json.dumps(rows) if path.suffix == ".json" else "\n".join(map(json.dumps, rows)))
    return path.parent
