"""UniVG-R1's chains of thought (arXiv 2505.14231): a question about one or more images, and a thought that ends in a box in thousandths.

The file was not at hand. LLaMA-Factory trains on it, so a record is taken to be a conversation of one question and one answer in
ShareGPT's form with ``images``; an answer is ``<think>...</think><answer>(x1,y1),(x2,y2)</answer>``. It does not name the image of its
box: the question does, or the last words of the thought that name one. The chain is read as if it had been named; its text stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import ALL, Material, Record, problems, required
from data.benchmarks.published.migician_images import HEADS
from data.benchmarks.published.registry import register
from data.benchmarks.published.univg_box import boxed_problem
from data.dialects import get_dialect
from data.sample import Task
from data.sources.places import Placement
from data.sources.problem import Chain, Problem, Reason, Reject, RowError, SourceImage
from data.sources.row import RowReader
from data.sources.traces import question_and_chain

FILES = {ALL: ("stage1_cotsft.json",)}
DIALECT = "univg"
SPACE = "thousandth"
ANSWER = re.compile(r"(<answer>\s*)(\((\d{1,9}),\s*(\d{1,9})\),\s*\((\d{1,9}),\s*(\d{1,9})\)\s*</answer>)\s*\Z")


@register
class UnivgR1Sft:
    """A training set that brings its chains."""

    name = "univg_r1_sft"
    card = Card(
        title="UniVG-R1, stage 1",
        form="a JSON list of conversations (stage1_cotsft.json); images are those of MGrounding-630k",
        space="thousandth",
        counts={ALL: 90_000},
        files=FILES,
        images=6,
        has_chains=True,
        schema=(
            "AMAP-ML/UniVG-R1 44868ea sft/stage1_cotsft.yaml and README.md name the file and its trainer; "
            "its records are guessed from LLaMA-Factory's ShareGPT form and figure 2 of the paper; the count is rounded as published"
        ),
        is_verified=False,
        repository="GD-ML/UniVG-R1-data",
        licence="mit",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        reader = ChainReader(material.beside(SPACE, *HEADS))
        yield from problems(material.json(*FILES[ALL]), reader.read)


@dataclass(frozen=True, slots=True)
class ChainReader:
    """Reads records with their chains."""

    rows: RowReader

    def read(self, locator: str, record: Record) -> Problem:
        """The problem of a record with its chain. Raises ``RowError``."""
        question, text = question_and_chain(record)
        [paths] = required(record, "images")
        found = ANSWER.search(text)
        if found is None:
            raise RowError(Reason.BAD_CHAIN, f"the chain should end in <answer>(x1,y1),(x2,y2)</answer>, not {text[-80:]!r}")
        answer = [int(number) for number in found.groups()[2:]]
        problem = boxed_problem(self.rows, locator, question, paths, answer, {"chain": text[: found.start()]})
        return replace(problem, chains=(_chain(text, problem.boxes[0].image_index, problem.images),))


def _chain(text: str, index: int, images: tuple[SourceImage, ...]) -> Chain:
    """The chain, its answer on the image that was found for it."""
    named = ANSWER.sub(rf"\g<1>image {index + 1}: \g<2>", text) if index else text
    parsed = get_dialect(DIALECT).parse(named, Placement(images, SPACE).frames(), Task.BOX)
    return Chain(parsed.trace, text, parsed.error, None, DIALECT)
