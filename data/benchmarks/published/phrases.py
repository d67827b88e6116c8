"""Phrases: what RefCOCO, RefCOCO+ and RefCOCOg share, phrases that tell one object of a COCO photograph from the others.

Three published forms are read; a record is a phrase, its answer a box in pixels. VLM-R1's ``refcoco_val.json`` is a list of ``image,
problem, solution``, the box x1, y1, x2, y2. The original is ``refs(unc).p`` beside ``instances.json``, the box x, y, width, height, each
sentence of a reference a record. A row of lmms-lab on the hub has the phrases of its object in ``answer``, and ``bbox`` as the original.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.base import Card
from data.benchmarks.published.material import FilesOfParts, Material, Record, Records, found_in, problems, read_below, required
from data.benchmarks.published.references import reference_rows, references
from data.sample import Task
from data.sources.files import ImageFolder, read_json_rows
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

PHOTOGRAPHS = "images/mscoco/images/train2014"
"""Where the original has its images, beside the folder of the data set."""
HEADS = ("train2014",)
COLUMNS = ("question_id", "image", "answer", "bbox", "file_name")
SCHEMA = (
    "om-ai-lab/VLM-R1 src/eval/test_rec_r1.py, which reads rec_jsons_processed; lichengunc/refer 2fe1dfe refer.py; "
    "the card of lmms-lab/{hub} and the rec utilities of lmms-eval"
)


class Phrases(AskedBenchmark):
    """One of the three, reported by part."""

    protocols = (STRICT, "rec-vlmr1")
    card: ClassVar[Card]
    references: ClassVar[str]
    """The file of the original."""

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        for part, records, reader in self._parts(material):
            yield from problems(material.taken(records, part), partial(_problem, reader, part))

    def _parts(self, material: Material) -> Iterator[tuple[str, Records, RowReader]]:
        """Each part with its records and what reads them, in the form that is there."""
        wanted = material.chosen(self.card.counts)
        if material.hub is not None:
            rows = material.reader("pixel")
            yield from ((part, _objects(material.uncounted.table(part, columns=COLUMNS)), rows) for part in wanted)
        elif (path := found_in(material.root, (self.references,))) is not None:
            beside = material.root.parent / PHOTOGRAPHS
            folder = ImageFolder(beside, material.max_pixels) if material.config.images is None and beside.is_dir() else material.images
            known = references(path)
            reader = material.reader("pixel", lambda value: read_below(folder, value, *HEADS))
            yield from ((part, reference_rows(known, path.name, part), reader) for part in wanted)
        else:
            reader = material.beside("pixel", *HEADS)
            yield from ((part, read_json_rows(found), reader) for part, found in material.parts(self.card.files))


def card_of(title: str, hub: str, name: str, counts: Mapping[str, int]) -> Card:
    """The card of one of the three; ``name`` is what VLM-R1's files begin with."""
    files: FilesOfParts = MappingProxyType({part: (f"{name}_{part}.json", f"**/{name}_{part}.json") for part in counts})
    return Card(
        title=title,
        form="VLM-R1's JSON lists, the original references beside instances.json, or Parquet on the hub",
        space="pixel",
        counts=MappingProxyType(dict(counts)),
        metrics=("accuracy above IoU 0.5 by part",),
        files=files,
        schema=SCHEMA.format(hub=hub),
        is_verified=True,
        repository=f"lmms-lab/{hub}",
    )


def _objects(rows: Records) -> Records:
    """A record for each phrase of an object."""
    for item in rows:
        if isinstance(item, Reject):
            yield item
            continue
        locator, row = item
        phrases = row.get("answer")
        if not phrases:
            yield Reject(locator, Reason.MISSING_FIELD, f"answer should be a list of phrases, not {phrases!r}")
            continue
        for number, phrase in enumerate(phrases, start=1):
            yield f"{locator}/{number}", {"image": row["image"], "problem": phrase, "bbox": row["bbox"], "question_id": row["question_id"]}


def _problem(reader: RowReader, part: str, locator: str, record: Record) -> Problem:
    image, phrase = required(record, "image", "problem")
    if record.get("bbox") is not None:
        x, y, width, height = _four(record["bbox"], "bbox")
        box = _corners(x, y, width, height)
    else:
        [solution] = required(record, "solution")
        box = _four(solution, "solution")
    row = {"image": image, "question": phrase, "task": str(Task.BOX), "boxes": [box], "category": part}
    meta = {name: value for name, value in record.items() if name not in {"image", "problem"} and value is not None}
    return replace(reader.read(locator, row), meta=meta | {"record": locator}, occurrence=locator)


def _corners(x: float, y: float, width: float, height: float) -> list[float]:
    try:
        return [x, y, x + width, y + height]
    except OverflowError as error:
        raise RowError(Reason.NOT_FINITE, "bbox holds a number beyond 1e308") from error


def _four(value: Any, name: str) -> list[Any]:
    is_row = isinstance(value, list | tuple) and len(value) == 4
    if not is_row or any(isinstance(number, bool) or not isinstance(number, int | float) for number in value):
        raise RowError(Reason.WRONG_TYPE, f"{name} should be four numbers, not {value!r:.100}")
    return list(value)
