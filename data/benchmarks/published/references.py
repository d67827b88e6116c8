"""References: the original files of the RefCOCO family, a pickle of references beside the instances of COCO (lichengunc/refer)."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.benchmarks.published.material import Records
from data.sources.problem import Reason, Reject, SourceError

INSTANCES = "instances.json"


@dataclass(frozen=True, slots=True)
class References:
    """References, and by id the boxes and the image files that they are about."""

    refs: list[dict[str, Any]]
    boxes: dict[int, Any]
    files: dict[int, str]


class _PlainData(pickle.Unpickler):
    """Reads lists, objects, texts and numbers; a pickle that names any class or function is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it names {module}.{name}, references are plain data")


def references(path: Path) -> References:
    """The references of a file, with what ``instances.json`` beside it knows of them. Raises ``SourceError``."""
    instances = path.parent / INSTANCES
    if not instances.is_file():
        raise SourceError(f"there is no file {instances.absolute()} beside {path.name}")
    try:
        refs = _PlainData(io.BytesIO(path.read_bytes()), encoding="latin1").load()
        known = json.loads(instances.read_bytes())
        boxes = {one["id"]: one["bbox"] for one in known["annotations"]}
        files = {one["id"]: one["file_name"] for one in known["images"]}
    except (pickle.UnpicklingError, EOFError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise SourceError(f"{path} and {INSTANCES} are no references of refer: {type(error).__name__}: {error}") from error
    if not isinstance(refs, list) or not all(isinstance(one, dict) for one in refs):
        raise SourceError(f"{path} should hold a list of references, not {type(refs).__name__}")
    return References(refs, boxes, files)


def reference_rows(known: References, source: str, part: str) -> Records:
    """A record for each sentence of a part's references."""
    for ref in known.refs:
        if ref.get("split") == part:
            yield from _sentences(known, ref, f"{source}:{ref.get('ref_id')}")


def _sentences(known: References, ref: dict[str, Any], locator: str) -> Iterator[tuple[str, dict[str, Any]] | Reject]:
    box, file, sentences = known.boxes.get(ref.get("ann_id", -1)), known.files.get(ref.get("image_id", -1)), ref.get("sentences")
    if box is None or file is None or not sentences:
        asked = {name: ref.get(name) for name in ("ann_id", "image_id")}
        yield Reject(locator, Reason.MISSING_FIELD, f"{INSTANCES} lacks one of {asked}, or the reference has no sentences")
        return
    for sentence in sentences:
        row = {"image": file, "problem": sentence.get("sent"), "bbox": box}
        row |= {name: ref[name] for name in ("ref_id", "ann_id") if name in ref} | {"sent_id": sentence.get("sent_id")}
        yield f"{locator}/{sentence.get('sent_id')}", row
