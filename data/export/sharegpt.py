"""ShareGPT: conversations for LLaMA-Factory, in its multimodal ``sharegpt`` format with OpenAI's roles (its ``data/README.md``).

    dataset_info.json          a data set ``fovea_<dialect>_<split>`` for each file
    <dialect>_<split>.json     a list of ``{"messages": [{"role", "content"}], "images": [path], "trace_id", "sample_id"}``
    images/<id>.png            each image and each crop once

A turn's images are ``<image>`` in its text; a conversation has as many of them as paths. Turns of ``user`` and ``assistant`` take turns
and end with the assistant's; the observation after a closer look is the user's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from data.export.format import Part
from data.export.pictures import picture
from data.identity import image_id
from data.rows import Row

TAGS = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant", "system_tag": "system"}
COLUMNS = {"messages": "messages", "images": "images"}


class ShareGpt:
    """One list for each dialect and split."""

    name = "sharegpt"
    reads = "sft"

    def write(self, rows: Iterable[Row], folder: Path) -> list[Part]:
        """Write lists, images, and the descriptions of the data sets."""
        images = Images(folder)
        lists: dict[tuple[str, str], JsonList] = {}
        with ExitStack() as open_files:
            for row in rows:
                place = (row["dialect"], row["split"])
                if place not in lists:
                    handle = open_files.enter_context((folder / f"{'_'.join(place)}.json").open("w", encoding="utf-8"))
                    lists[place] = open_files.enter_context(JsonList(handle))
                paths = [images.add(content) for content in row["images"]]
                said = {name: row[name] for name in ("trace_id", "sample_id")}
                lists[place].add({"messages": row["messages"], "images": paths} | said)
        parts = [Part(*place, Path(f"{'_'.join(place)}.json"), written.count) for place, written in lists.items()]
        descriptions = {f"fovea_{part.path.stem}": description(part) for part in parts}
        (folder / "dataset_info.json").write_text(json.dumps(descriptions, indent=2) + "\n")
        return parts


def description(part: Part) -> Row:
    """The entry of a list in ``dataset_info.json``."""
    return {"file_name": str(part.path), "formatting": "sharegpt", "columns": COLUMNS, "tags": TAGS}


class Images:
    """Writes each image once, under its id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "images"
        self._paths: dict[str, str] = {}

    def add(self, stored: bytes) -> str:
        """The path of the image within the export."""
        name = image_id(stored)
        if name not in self._paths:
            self._folder.mkdir(exist_ok=True)
            content, suffix = picture(stored)
            (self._folder / f"{name}.{suffix}").write_bytes(content)
            self._paths[name] = f"images/{name}.{suffix}"
        return self._paths[name]


class JsonList:
    """A JSON list, one item a line, that is never held whole."""

    def __init__(self, handle: IO[str]) -> None:
        self.count = 0
        self._handle = handle

    def __enter__(self) -> JsonList:
        self._handle.write("[")
        return self

    def __exit__(self, *error: object) -> None:
        self._handle.write("\n]\n")

    def add(self, item: Any) -> None:
        """Write one more item."""
        self._handle.write(",\n" if self.count else "\n")
        self._handle.write(json.dumps(item, ensure_ascii=False))
        self.count += 1
