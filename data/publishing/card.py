"""Card: what a published version is, as Markdown for those who will train on it.

It is made from the store alone, so it can be made again at any time. ``<store>/cards/<version>.md`` holds it; an export carries it as
its README, with the hub's description of its files at the top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import jinja2
import pyarrow as pa

from data.publishing.config import NO_VALUE
from data.store import Store, StoreError, Version
from data.store.files import write_bytes

TEMPLATE = "card.md.j2"
DESCRIBED = {"sft", "samples"}
"""Tables whose versions have a card."""
SAMPLE_COLUMNS = ("task", "category", "difficulty_band", "dataset")
TRACE_COLUMNS = ("method", "teacher")
NOT_STATED = "not stated"


class Part(Protocol):
    """A file of an export."""

    @property
    def config(self) -> str:
        """The name of its configuration on the hub."""

    @property
    def split(self) -> str:
        """Its split."""

    @property
    def path(self) -> Path:
        """Within the export."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card is made from: the version, its ancestors by table, and the refusals that were published with it."""

    store: Store
    version: Version
    made_from: dict[str, Version]
    refusals: list[tuple[str, int]]

    def read(self, table_name: str, columns: Sequence[str]) -> pa.Table | None:
        """Columns of an ancestor, or of the version itself."""
        version = self.made_from.get(table_name)
        return self.store.read(version, columns) if version else None


def card_path(store: Store, version: Version) -> Path:
    """Where the card of a version is; it is made where it is not there yet."""
    path = store.root / "cards" / f"{version.version_id}.md"
    if not path.is_file():
        write_bytes(store.root, path, card(store, version).encode())
    return path


def card(store: Store, version: Version, parts: Sequence[Part] = (), student: Mapping[str, Any] | None = None) -> str:
    """The card of a version; with the files of an export, what the hub reads of them stands before it.

    ``student`` says how its rows are asked, where the version itself does not.
    """
    if version.table_name not in DESCRIBED:
        raise StoreError(f"{version.version_id} is a version of {version.table_name}; only {', '.join(sorted(DESCRIBED))} have a card")
    made_from: dict[str, Version] = {}
    for ancestor in store.lineage(version.version_id):
        made_from.setdefault(ancestor.table_name, ancestor)
    facts = Facts(store, version, made_from, _refusals(store, version))
    configs: dict[str, dict[str, str]] = {}
    for part in parts:
        configs.setdefault(part.config, {})[part.split] = str(part.path)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template(TEMPLATE).render(**_said(facts, student), configs=configs)


def _said(facts: Facts, student: Mapping[str, Any] | None) -> dict[str, Any]:
    rows = _rows(facts)
    totals = {value: sum(by.values()) for value, by in _by_split(rows, "split")}
    splits = list(totals)
    counts = {name: _by_split(rows, name) for name in ("dialect", *SAMPLE_COLUMNS, *TRACE_COLUMNS) if name in rows.column_names}
    verdicts, traces = facts.made_from.get("verdicts"), facts.made_from.get("traces")
    sources = facts.made_from["samples"].config.get("sources", []) if "samples" in facts.made_from else []
    return {
        "version": facts.version,
        "made_from": facts.made_from,
        "what": "training conversations" if facts.version.table_name == "sft" else "grounding problems",
        "splits": splits,
        "totals": totals,
        "counts": {name: [(value, [by.get(split, 0) for split in splits]) for value, by in found] for name, found in counts.items()},
        "sources": [_source(source) for source in sources],
        "licence": _licence(sources),
        "student": student or facts.version.config.get("student"),
        "balance": facts.version.config.get("balance", {}),
        "teachers": [name for name, _ in _counted(facts.read("traces", ["teacher"]), "teacher")],
        "prompt_hashes": sorted({found[:12] for one in (traces, facts.version) if one for found in one.prompt_hashes}),
        "rules": verdicts.config.get("rules", {}) if verdicts else {},
        "dropped": _counted(facts.read("verdicts", ["reason"]), "reason"),
        "methods": _counted(facts.read("traces", ["method"]), "method") if facts.version.table_name == "sft" else [],
        "refusals": facts.refusals,
    }


def _rows(facts: Facts) -> pa.Table:
    """The version's rows with what is counted of their samples and traces."""
    if facts.version.table_name == "samples":
        return facts.store.read(facts.version, ["split", *SAMPLE_COLUMNS])
    rows = facts.store.read(facts.version, ["trace_id", "sample_id", "split", "dialect"])
    for name, key, columns in (("samples", "sample_id", SAMPLE_COLUMNS), ("traces", "trace_id", TRACE_COLUMNS)):
        other = facts.read(name, [key, *columns])
        if other is not None:
            rows = rows.join(other, key)
    return rows


def _by_split(rows: pa.Table, column: str) -> list[tuple[str, dict[str, int]]]:
    """The values of a column, each with its rows in each split."""
    found = rows.group_by(sorted({column, "split"})).aggregate([([], "count_all")]).to_pylist()
    values = sorted({row[column] or NO_VALUE for row in found})
    return [(value, {row["split"]: row["count_all"] for row in found if (row[column] or NO_VALUE) == value}) for value in values]


def _counted(rows: pa.Table | None, column: str) -> list[tuple[str, int]]:
    """Values and how often they are there, most frequent first; what says nothing is not counted."""
    if rows is None:
        return []
    found = rows.group_by(column).aggregate([([], "count_all")]).to_pylist()
    return sorted(((row[column], row["count_all"]) for row in found if row[column]), key=lambda one: (-one[1], one[0]))


def _refusals(store: Store, version: Version) -> list[tuple[str, int]]:
    for manifest in store.manifests():
        own = manifest.outputs.get(version.table_name)
        if own and own.version_id == version.version_id and "rejects" in manifest.outputs:
            return _counted(store.read(manifest.outputs["rejects"], ["reason"]), "reason")
    return []


def _source(source: dict[str, Any]) -> dict[str, str]:
    place = next((str(source[name]) for name in ("path", "repository") if source.get(name)), "")
    said = {"kind": str(source.get("kind")), "split": str(source.get("split"))}
    return said | {"place": place, "licence": source.get("licence") or NOT_STATED}


def _licence(sources: Sequence[dict[str, Any]]) -> str | None:
    """The one licence that all sources state."""
    stated = {source.get("licence") for source in sources}
    return stated.pop() if len(stated) == 1 else None
