"""MIG-Bench: a question about two to six images, answered by a box in one of them (Migician, arXiv 2501.05767).

A record is ``task, images, question, answer, additional_info, need_format``. The original has its boxes in unit; the revised one of
UniVG-R1, another file, in thousandths. No record names the image of its answer. The question does (``in the 3th image``), of group
grounding ``additional_info``, which is for no model to see; where two images are compared, neither does, and the answer is taken to be in
the second, where Migician's evaluation has CogVLM look. ``meta["image_index_from"]`` says which of these it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.base import Card
from data.benchmarks.published.material import Material, Record, problems, read_below, required
from data.benchmarks.published.migician_images import answer_image
from data.benchmarks.published.registry import register
from data.sample import Task
from data.sources.files import read_json_rows
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

TASKS = MappingProxyType(
    {
        "diff": "Static",
        "view_diff": "Robust",
        "common_object": "Common",
        "object_tracking": "OT",
        "multi_view": "MV",
        "region": "Region",
        "refer_grounding": "Refer",
        "group_grounding": "GG",
        "reasoning": "Reason",
        "correspondence": "Co-Re",
    }
)
"""What papers call each task, in their order."""
FILES = {"original": ("MIG_data.json", "**/MIG_data.json"), "revised": ("revised_MIG_bench.json", "**/revised_MIG_bench.json")}
SPACES = {"original": "unit", "revised": "thousandth"}
REVISED_REPOSITORY = "GD-ML/UniVG-R1-data"
HEADS = ("MIG-Bench", "images")
"""What image paths begin with, where their folder may stand without."""
KEPT = ("task", "answer", "images", "need_format")
RECENT_IMAGES = 16
"""Images that are remembered: several questions about the same ones follow one another."""


@register
class MigBench(AskedBenchmark):
    """Both versions, reported by task: the mean over the ten tasks, and over all items."""

    name = "mig_bench"
    protocols = (STRICT, "mig-bench-univg", "mig-bench-migician")
    card = Card(
        title="MIG-Bench",
        form="a JSON list (MIG_data.json, or revised_MIG_bench.json) beside a folder of images",
        space="unit; thousandth in the revised version",
        counts={"original": 4295, "revised": 4276},
        metrics=("accuracy at IoU 0.5, mean over ten tasks", "accuracy at IoU 0.5 over all items"),
        files=FILES,
        is_versioned=True,
        images=6,
        schema=(
            "thunlp/Migician 7b868a2 eval/MIG-Bench/MIG_data.json, all 4,295 records, and README.md; the revised version is read as "
            "AMAP-ML/UniVG-R1 44868ea eval/MIG_bench/MIG_bench_eval.py reads it, its count follows from published rates"
        ),
        is_verified=True,
        repository="Michael4933/MIG-Bench",
        licence="apache-2.0",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        version, path = _version(material)
        folder = material.pictures("images.zip")
        picture = lru_cache(RECENT_IMAGES)(lambda name: read_below(folder, name, *HEADS))
        reader = Reader(version, material.reader(SPACES[version], lambda value: picture(_path(value))))
        yield from problems(material.taken(read_json_rows(path), version), reader.read)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the records of one version."""

    version: str
    rows: RowReader

    def read(self, locator: str, record: Record) -> Problem:
        """The problem of a record. Raises ``RowError``."""
        task, question, paths, answer = required(record, "task", "question", "images", "answer")
        if not isinstance(task, str) or task not in TASKS:
            raise RowError(Reason.UNKNOWN_TASK, f"task {task!r} is none of {', '.join(TASKS)}")
        _check_scale(answer, self.version)
        images = self.rows.images({"images": paths})
        texts = {name: str(record.get(name) or "") for name in ("question", "additional_info")}
        index, source = answer_image(texts, len(images), task)
        box = [{"x1": answer[0], "y1": answer[1], "x2": answer[2], "y2": answer[3], "image_index": index}]
        row = {"question": question, "task": str(Task.BOX), "boxes": box, "category": task}
        problem = self.rows.read(locator, row, images)
        kept = {name: record[name] for name in KEPT if record.get(name) is not None}
        meta = kept | {"version": self.version, "image_index_from": source, "record": locator}
        return replace(problem, meta=meta, occurrence=locator)


def _path(value: Any) -> str:
    if not isinstance(value, str):
        raise RowError(Reason.WRONG_TYPE, f"an image should be a path, not {value!r:.100}")
    return value


def _version(material: Material) -> tuple[str, Path]:
    """The version to read and its file: that of ``subset``, that of the file's name, else the original where it is there."""
    path = material.config.path
    if material.config.subset is not None or (path is not None and path.is_file()):
        [found] = material.parts(FILES)
        return found
    if material.hub is not None:
        version = "revised" if material.hub == REVISED_REPOSITORY else "original"
        return version, material.file(Path(FILES[version][0]).name)
    found_path = material.file(*FILES["original"], *FILES["revised"])
    return ("revised" if found_path.name.startswith("revised") else "original"), found_path


def _check_scale(answer: Any, version: str) -> None:
    """Raise ``RowError`` where the box is written in the other version's space, in which it would be a box too."""
    numbers = answer if isinstance(answer, list) and len(answer) == 4 else []
    if not numbers or not all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
        raise RowError(Reason.WRONG_TYPE, f"answer should be four numbers x1, y1, x2, y2, not {answer!r:.100}")
    if version == "revised" and max(map(abs, numbers)) <= 1:
        raise RowError(Reason.UNDECLARED_SPACE, f"answer {numbers} is in unit, the revised version is in thousandths; is it the original?")
    if version == "original" and max(map(abs, numbers)) > 2:
        raise RowError(Reason.UNDECLARED_SPACE, f"answer {numbers} is in thousandths, the original is in unit; is it the revised version?")
