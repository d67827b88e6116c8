"""UniVG-R1's records for reinforcement (arXiv 2505.14231): a question about one or more images, answered by a box in one of them.

A record is ``question, answer, images``, the answer in thousandths; ``<image>`` in a question is no part of it. It does not name the image
of its answer; the question does, and a record of several images whose question does not is a reject.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import ALL, Material, Record, problems, required
from data.benchmarks.published.migician_images import HEADS, answer_image, task_of
from data.benchmarks.published.registry import register
from data.sample import Task
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

FILES = {ALL: ("stage2_rl.json",)}
IMAGE = "<image>"
CORNERS = ("x1", "y1", "x2", "y2")


@register
class UnivgR1Rl:
    """A training set."""

    name = "univg_r1_rl"
    card = Card(
        title="UniVG-R1, stage 2",
        form="a JSON list (stage2_rl.json); images are those of MGrounding-630k and COCO",
        space="thousandth",
        counts={ALL: 10_000},
        files=FILES,
        images=6,
        schema=(
            "AMAP-ML/UniVG-R1 44868ea src/open-r1-multimodal/src/open_r1/grpo_univg.py and vlm_modules/qwen_module.py, "
            "which read it; the count is rounded as published"
        ),
        is_verified=True,
        repository="GD-ML/UniVG-R1-data",
        licence="mit",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        reader = RecordReader(material.beside("thousandth", *HEADS))
        yield from problems(material.json(*FILES[ALL]), reader.read)


@dataclass(frozen=True, slots=True)
class RecordReader:
    """Reads records in our names."""

    rows: RowReader

    def read(self, locator: str, record: Record) -> Problem:
        """The problem of a record. Raises ``RowError``."""
        question, paths, answer = required(record, "question", "images", "answer")
        if not isinstance(answer, list) or len(answer) != len(CORNERS):
            raise RowError(Reason.WRONG_TYPE, f"answer should be a list of four numbers, not {answer!r:.100}")
        asked = asked_of(question)
        images = self.rows.images({"images": paths})
        index, source = answer_image({"question": asked}, len(images), task_of(paths))
        box = dict(zip(CORNERS, answer, strict=True)) | {"image_index": index}
        row = {"question": asked, "task": str(Task.BOX), "boxes": [box], "category": task_of(paths)}
        problem = self.rows.read(locator, row, images)
        return replace(problem, meta={"answer": answer, "images": paths, "image_index_from": source})


def asked_of(question: Any) -> str:
    """A question without the places of its images. Raises ``RowError``."""
    if not isinstance(question, str):
        raise RowError(Reason.WRONG_TYPE, f"question should be text, not {question!r:.100}")
    return question.replace(IMAGE, "").strip()
