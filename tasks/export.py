"""Export: a version of the store becomes a folder that another trainer reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.config import Section
from data.export import ExportError, Part, get_format
from data.export.folder import export_folder, mark
from data.export.reading import conversations, problems
from data.publishing.card import card
from data.publishing.config import PublishConfig
from data.publishing.split import split_samples
from data.rows import Row, sample_from_row
from data.store import Store, Version
from data.store.images import ImageReader
from data.store.store import LATEST
from models.student.config import StudentConfig

LEFT_OUT = "left_out.jsonl"
"""What the format cannot hold, a line each with its reason; there is no such file where there is nothing."""

SAMPLES_AT_ONCE = 512


class Asking(Section):
    """How samples are asked and split where the version does not say it."""

    student: StudentConfig
    publish: PublishConfig = PublishConfig()


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written where."""

    version: Version
    folder: Path
    parts: list[Part]
    left_out: int


def export_version(
    store: Store, reference: str, form: str, folder: Path, *, split: str | None = None, force: bool = False, asking: Asking | None = None
) -> Exported:
    """Write a version of ``sft`` or ``samples`` into a folder; ``latest`` is the newest ``sft``, or the newest samples where ``asking`` is
    given to a format of problems. Raises ``ExportError`` and ``StoreError``.
    """
    strategy = get_format(form)
    is_asked = asking is not None and strategy.reads == "samples"
    named = store.resolve("samples" if is_asked else "sft") if reference == LATEST else store.version(reference)
    version = _version_of(store, named, strategy.reads)
    left_out: list[Row] = []
    splits: set[str] = set()
    if strategy.reads == "sft":
        student, rows = version.config.get("student"), conversations(store, version, left_out)
    else:
        how = asking or _asking_of(named)
        student, rows = how.student.model_dump(mode="json"), _problems(store, version, how, left_out)
    with export_folder(folder.absolute(), force=force) as part:
        parts = strategy.write(_of_split(rows, split, splits), part)
        if not parts:
            has = f"it has rows of {', '.join(sorted(splits))}" if splits else f"{len(left_out)} cannot be written: {_first(left_out)}"
            raise ExportError(f"{version.version_id} of {version.table_name} has no rows of {split or 'any split'} to export; {has}")
        if left_out:
            (part / LEFT_OUT).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in left_out))
        (part / "README.md").write_text(card(store, version, parts, student))
        mark(part, version=version.version_id, table=version.table_name, format=form, split=split, rows=sum(one.rows for one in parts))
    return Exported(version, folder.absolute(), parts, len(left_out))


def _version_of(store: Store, named: Version, reads: str) -> Version:
    """The version that a format reads: the one that is named, or the samples that it was made from. Raises ``ExportError``."""
    found = next((one for one in store.lineage(named.version_id) if one.table_name == reads), None)
    if named.table_name not in {"sft", reads} or found is None:
        raise ExportError(f"this format takes a version of {reads}; {named.version_id} is one of {named.table_name}")
    return found


def _asking_of(version: Version) -> Asking:
    """How the conversations of a version ask and split. Raises ``ExportError``."""
    settings: dict[str, Any] = version.config
    if "student" not in settings:
        raise ExportError(f"{version.version_id} of {version.table_name} does not say how its student sees; name a recipe with --recipe")
    published = {name: value for name, value in settings.items() if name in PublishConfig.model_fields}
    return Asking(student=StudentConfig(**settings["student"]), publish=PublishConfig(**published))


def _problems(store: Store, version: Version, asking: Asking, left_out: list[Row]) -> Iterator[Row]:
    table = store.read(version)
    splits = split_samples(table.select(["sample_id", "split", "image_ids"]).to_pylist(), asking.publish.validation_share)
    stored = (sample_from_row(row) for batch in table.to_batches(max_chunksize=SAMPLES_AT_ONCE) for row in batch.to_pylist())
    return problems(stored, splits, ImageReader(store), asking.student, left_out)


def _of_split(rows: Iterator[Row], split: str | None, seen: set[str]) -> Iterator[Row]:
    for row in rows:
        seen.add(row["split"])
        if split in (None, row["split"]):
            yield row


def _first(left_out: list[Row]) -> str:
    return str(left_out[0]["detail"]) if left_out else "there are none"
