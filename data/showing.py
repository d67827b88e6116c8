"""Showing: what a person sees of one id, as text, as a picture, and as what it came from.

The id of an image, sample, request, trace, tree, rollout, prediction, checkpoint, version or run, or a unique start of one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image

from data.catalog import Catalog, connect
from data.cropping import ZoomConfig
from data.drawing import Mark, draw, with_looks
from data.identity import Kind
from data.marks import looks_of, looks_of_turns, prediction_marks, rollout_marks, sample_marks, trace_marks
from data.publishing.card import card_path
from data.rows import Row
from data.store import Store, StoreError, Version
from data.store.images import ImageReader
from data.tables import TABLES
from data.trees.layout import lay_out
from data.trees.outline import outline
from data.trees.picture import draw_tree

TABLE_OF = {
    Kind.IMAGE: "images",
    Kind.SAMPLE: "samples",
    Kind.REQUEST: "requests",
    Kind.TRACE: "traces",
    Kind.TREE: "trees",
    Kind.ROLLOUT: "rollouts",
    Kind.PREDICTION: "predictions",
    Kind.RUN: "runs",
}
"""Kinds of rows that are found by their own id."""
HIDDEN = {"bytes", "turns", "steps", "settings_hash", "meta"}
"""Columns that are not for reading: a chain is read in its text."""
LONGEST_TEXT = 2_000


class UnknownIdError(StoreError):
    """An id that names nothing here, or more than one thing."""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """Something that the shown thing came from, nearest first."""

    table_name: str
    id: str
    note: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing as a person sees it."""

    id: str
    text: str
    picture: Image.Image | None
    ancestors: tuple[Ancestor, ...]


def describe(store: Store, reference: str) -> Shown:
    """What the id names. Raises ``UnknownIdError``."""
    kind = reference.partition("_")[0]
    if kind in (Kind.VERSION, Kind.CHECKPOINT):
        return _version(store, reference)
    if kind not in TABLE_OF:
        kinds = ", ".join(f"{known}_" for known in (*TABLE_OF, Kind.CHECKPOINT, Kind.VERSION))
        raise UnknownIdError(f"{reference!r} is no id that can be shown; ids start with {kinds}")
    with connect(store) as catalog:
        guide = _Guide(store, catalog)
        return guide.tree(reference) if kind == Kind.TREE else guide.show(TABLE_OF[Kind(kind)], reference)


class _Guide:
    """Finds rows and their ancestors in one catalog."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    def show(self, table_name: str, reference: str) -> Shown:
        row = self.row(table_name, reference)
        views: dict[str, Callable[[Row], tuple[Image.Image | None, list[Ancestor]]]] = {
            "images": lambda row: (self._draw([row["image_id"]], []), []),
            "samples": lambda row: (self._draw(row["image_ids"], sample_marks(row)), self._images(row)),
            "requests": lambda row: (None, self._sample(row)),
            "traces": self._trace,
            "rollouts": self._rollout,
            "predictions": self._prediction,
            "runs": lambda row: (None, self._inputs(row)),
        }
        picture, ancestors = views[table_name](row)
        identity = row[_key(table_name)]
        return Shown(identity, _text(table_name, identity, row), picture, tuple(ancestors))

    def tree(self, reference: str) -> Shown:
        """All nodes of one tree, with the images that it points at."""
        tree_id = self.row("trees", reference)["tree_id"]
        nodes = self._ask("select * from trees where tree_id = ?", tree_id)
        sample = self.row("samples", nodes[0]["sample_id"])
        layout = lay_out(nodes, sample["question"])
        images = self._draw(sample["image_ids"], [*sample_marks(sample), *layout.marks])
        return Shown(tree_id, f"{tree_id} of trees\n{outline(layout)}", draw_tree(layout, images), tuple(self._sample(nodes[0])))

    def row(self, table_name: str, reference: str) -> Row:
        key = _key(table_name)
        first = f"qualify row_number() over (partition by {key}) = 1 limit 2"
        rows = self._ask(f"select * from {table_name} where starts_with({key}, ?) {first}", reference)
        exact = [row for row in rows if row[key] == reference]
        if len(exact or rows) != 1:
            raise UnknownIdError(f"{'more than one row' if rows else 'no row'} of {table_name} has an id that starts with {reference!r}")
        return (exact or rows)[0]

    def _ask(self, sql: str, *parameters: Any) -> list[Row]:
        answer = self._catalog.execute(sql, list(parameters))
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]

    def _trace(self, row: Row) -> tuple[Image.Image | None, list[Ancestor]]:
        calls = row["request_ids"] or []
        trees = self._ask("select distinct tree_id from trees where list_has_any(request_ids, ?) order by tree_id", calls) if calls else []
        asked = [Ancestor("requests", request_id, "the call that wrote it") for request_id in calls]
        read = [Ancestor("trees", tree["tree_id"], "the search it was read off") for tree in trees]
        return self._looking(row), [*read, *asked, *self._sample(row)]

    def _looking(self, trace: Row) -> Image.Image | None:
        """A trace's places on its images, and what it looked at closely, by default settings."""
        picture = self._on_sample(trace, trace_marks(trace))
        if picture is None:
            return None
        sample = self.row("samples", trace["sample_id"])
        images = [ImageReader(self._store).open(image_id) for image_id in sample["image_ids"]]
        return with_looks(picture, looks_of(trace, images, ZoomConfig()))

    def _turning(self, row: Row, marks: Sequence[Mark]) -> Image.Image | None:
        """Places on the images of a row's sample, and what its turns show closer."""
        picture = self._on_sample(row, marks)
        shown = {turn["image_id"] for turn in row["turns"] or () if turn["crop"]}
        reader = ImageReader(self._store)
        return picture and with_looks(picture, looks_of_turns(row, {image_id: reader.open(image_id) for image_id in sorted(shown)}))

    def _rollout(self, row: Row) -> tuple[Image.Image | None, list[Ancestor]]:
        run = Ancestor("runs", row["run_id"], f"step {row['step']}")
        return self._turning(row, rollout_marks(row)), [run, *self._sample(row)]

    def _prediction(self, row: Row) -> tuple[Image.Image | None, list[Ancestor]]:
        model = [version_ancestor(version) for version in self._store.lineage(row["checkpoint_id"])] if row["checkpoint_id"] else []
        return self._turning(row, prediction_marks(row)), [*self._sample(row), *model]

    def _inputs(self, row: Row) -> list[Ancestor]:
        inputs: dict[str, str] = json.loads(row["inputs"] or "{}")
        return [Ancestor(name, version_id, "read by it") for name, version_id in inputs.items()]

    def _sample(self, row: Row) -> list[Ancestor]:
        if not row["sample_id"]:
            return []
        sample = self.row("samples", row["sample_id"])
        return [Ancestor("samples", row["sample_id"], sample["question"]), *self._images(sample)]

    def _images(self, sample: Row) -> list[Ancestor]:
        return [Ancestor("images", image_id, sample["dataset"] or "") for image_id in sample["image_ids"] or ()]

    def _on_sample(self, row: Row, marks: Sequence[Mark]) -> Image.Image | None:
        if not row["sample_id"]:
            return None
        sample = self.row("samples", row["sample_id"])
        return self._draw(sample["image_ids"], [*sample_marks(sample), *marks])

    def _draw(self, image_ids: Sequence[str], marks: Sequence[Mark]) -> Image.Image | None:
        reader = ImageReader(self._store)
        return draw([reader.open(image_id) for image_id in image_ids], marks) if image_ids else None


def version_ancestor(version: Version) -> Ancestor:
    """A version as an ancestor."""
    rows = f"{version.rows} rows" if version.rows else f"{version.bytes:,} bytes"
    return Ancestor(version.table_name, version.version_id, f"{version.stage}, {rows}")


def _version(store: Store, reference: str) -> Shown:
    version, *older = store.lineage(reference)
    columns: Row = {
        "table": version.table_name,
        "stage": version.stage,
        "run_id": version.run_id,
        "rows": None if version.folder else version.rows,
        "bytes": version.bytes,
        "created_at": version.created_at,
        "code_revision": version.code_revision,
        "folder": str(store.root / version.folder) if version.folder else None,
        "card": str(card_path(store, version)) if version.table_name == "sft" else None,
        "config": json.dumps(version.config),
    }
    text = _text(version.table_name, version.version_id, columns)
    return Shown(version.version_id, text, None, tuple(map(version_ancestor, older)))


def _key(table_name: str) -> str:
    return TABLES[table_name].key[0]


def _text(table_name: str, identity: str, row: Mapping[str, Any]) -> str:
    shown = {name: _plain(value) for name, value in row.items() if name not in HIDDEN and value not in (None, [], "", {}, identity)}
    width = max(map(len, shown), default=0)
    lines = [f"{name:<{width}}  {value}".replace("\n", "\n" + " " * (width + 2)) for name, value in shown.items()]
    return "\n".join([f"{identity} of {table_name}", *lines])


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}..."
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, default=str, ensure_ascii=False)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
