"""UniVG-R1's records for reinforcement (arXiv 2505.14231): a question about one or more images, answered by a box in one of them.

A record is ``question, answer, images``, the answer in thousandths. One of several images whose question does not name the image of its
answer is a reject.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import ALL, Material, Record, problems, required
from data.benchmarks.published.migician_images import HEADS
from data.benchmarks.published.registry import register
from data.benchmarks.published.univg_box import boxed_problem
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

FILES = {ALL: ("stage2_rl.json",)}


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
        if not isinstance(answer, list) or len(answer) != 4:
            raise RowError(Reason.WRONG_TYPE, f"answer should be a list of four numbers, not {answer!r:.100}")
        return boxed_problem(self.rows, locator, question, paths, answer)
