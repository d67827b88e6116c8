import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

WriteRows = Callable[..., Path]


@pytest.fixture
def picture() -> Callable[..., bytes]:
    def make(width: int = 64, height: int = 48, color: str = "teal", kind: str = "PNG", **options: Any) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), color).save(buffer, kind, **options)
        return buffer.getvalue()

    return make


@pytest.fixture
def folder(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    """A folder with ``a.png`` of 64x48 and ``b.png`` of 100x50 pixels."""
    root = tmp_path / "mine"
    root.mkdir()
    (root / "a.png").write_bytes(picture())
    (root / "b.png").write_bytes(picture(100, 50, "olive"))
    return root


@pytest.fixture
def write_rows(folder: Path) -> WriteRows:
    """Write rows, or raw text lines, as ``samples.jsonl``."""

    def write(*rows: dict[str, Any] | str) -> Path:
        text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
        (folder / "samples.jsonl").write_text(text)
        return folder

    return write
