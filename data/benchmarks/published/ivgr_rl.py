"""iVGR's records for reinforcement: questions with the boxes of what proves the answer, and reasoning without boxes (arXiv 2605.31096).

The published file holds more than iVGR trains on: its loader keeps ``treevgr`` and nine sources of reasoning, silently. Here a record of
another source is a reject that says so, unless a recipe's ``subset`` names its source.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import Material, Record, Records, problems, read_below, required
from data.benchmarks.published.registry import register
from data.sample import Role, Task
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

ARCHIVE = "images.tar.gz"
"""What holds the pictures on the hub."""
FILE = "gvqa_and_mathdata.parquet"
GROUNDED = "treevgr"
"""The source whose questions are asked in both streams, with boxes and in words alone."""
REASONING = ("arxivqa", "mmk12", "thinklite", "tqa", "virl", "wemath_pro", "wemath_std", "docqa", "infoqa")
SOURCES = (GROUNDED, *(f"ours_{name}" for name in REASONING))
"""What iVGR trains on (``verl/utils/dataset.py``)."""
PLACEHOLDER = "<image>"


@register
class IvgrRl:
    """iVGR's reinforcement set; a part is a source."""

    name = "ivgr_rl"
    card = Card(
        title="iVGR-RL-51K",
        form=f"{FILE} beside the folder images; about 51k of its rows are trained on",
        space="pixel, x1 y1 x2 y2 (evidence)",
        files={"all": (FILE,)},
        schema="Visual-AI/iVGR 895e229 verl/utils/dataset.py, README.md and scripts/generate_sft_json_samples.py, which read the columns",
        is_verified=True,
        repository="allencbzhang/iVGR-RL-51K",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """The records of the sources that are trained on, or of the one that the recipe's ``subset`` names."""
        folder = material.pictures(ARCHIVE)
        reader = material.reader("pixel", lambda value: read_below(folder, value, "images"))
        yield from problems(_of_sources(material), lambda locator, record: _problem(reader, locator, record))


def _of_sources(material: Material) -> Records:
    """The records that are wanted, counted by source, at most the recipe's limit of each; rejects for those of other sources."""
    wanted, limit = material.config.subset, material.config.limit
    for record in material.uncounted.table("train", FILE, "*.parquet"):
        source = "" if isinstance(record, Reject) else str(record[1].get("datasource"))
        if not isinstance(record, Reject) and wanted is None and source not in SOURCES:
            detail = f"datasource {source!r} is none that iVGR trains on ({', '.join(SOURCES)}); set subset to read it"
            yield Reject(record[0], Reason.UNKNOWN_CLASS, detail)
        elif wanted in (None, source) and (limit is None or material.read[source] < limit):
            material.read[source] += 1
            yield record


def _problem(reader: RowReader, locator: str, record: Record) -> Problem:
    source, answer, images = required(record, "datasource", "answer", "images")
    asked = record.get("query") or record.get("problem")
    if not isinstance(asked, str) or not isinstance(answer, str) or not isinstance(images, list):
        raise RowError(Reason.WRONG_TYPE, f"query and answer should be texts, images a list, not {asked!r:.60}, {answer!r:.60}")
    row: dict[str, Any] = {"images": images, "question": asked.replace(PLACEHOLDER, "").strip(), "task": Task.TEXT}
    row |= {"answer": answer, "category": source, "boxes": _evidence(record.get("target_instances"))}
    row |= {key: record[key] for key in ("target_instances", "datasource", "question_type", "problem") if record.get(key) is not None}
    problem = reader.read(locator, row)
    return dataclasses.replace(problem, meta=dict(problem.meta) | {"answer": answer, "part": source})


def _evidence(instances: Any) -> list[dict[str, Any]] | None:
    """The boxes of the annotated instances, which all lie on the first image. Raises ``RowError``."""
    if instances is None:
        return None
    if not isinstance(instances, list) or not all(isinstance(one, dict) for one in instances):
        raise RowError(Reason.WRONG_TYPE, f"target_instances should be a list of objects with bbox, not {instances!r:.100}")
    return [_placed(required(one, "bbox")[0]) for one in instances]


def _placed(box: Any) -> dict[str, Any]:
    if not isinstance(box, list) or len(box) != 4:
        raise RowError(Reason.WRONG_TYPE, f"a bbox should be four numbers x1, y1, x2, y2, not {box!r:.80}")
    return dict(zip(("x1", "y1", "x2", "y2"), box, strict=True)) | {"role": Role.EVIDENCE}
