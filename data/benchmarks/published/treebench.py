"""TreeBench: 405 questions on dense photographs, with the boxes of what proves the answer (arXiv 2507.07999).

It reports accuracy, and the mean IoU of the boxes that a model names on its way. The published scorer compares letters, so the question is
asked with a letter before each choice; strictly, the letter and the text are both right.
"""

from __future__ import annotations

import ast
import base64
import binascii
import csv
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT, Asking
from data.benchmarks.published.base import Card
from data.benchmarks.published.items import item
from data.benchmarks.published.lettered import LETTERS, named_choice, split_lettered
from data.benchmarks.published.material import Material, Record, Records, problems, required
from data.benchmarks.published.registry import register
from data.conversation import Message, prompt_messages
from data.identity import digest
from data.prompts import prompt as load_prompt
from data.sample import Sample, Task
from data.sources.problem import Problem, Reason, Reject, RowError, SourceImage
from data.space import Frame

LETTERED = "asked/lettered"
PARQUET = ("*.parquet", "data/*.parquet")
FILES = ("TreeBench.tsv", "*.tsv", *PARQUET)
OPTIONS = "multi-choice options"
BOXES = "target_instances"
LONGEST_FIELD = 2**30
"""Characters; a field of the published table is a picture in base64."""
KINDS = ("Perception", "Reasoning")
"""What a category begins with; ten follow, as in ``Perception/OCR``."""


@register
class TreeBench(AskedBenchmark):
    """TreeBench."""

    name = "treebench"
    protocols = (STRICT, "treebench")
    card = Card(
        title="TreeBench",
        form="TreeBench.tsv, or Parquet, which holds the pictures in base64",
        space="pixel, x1 y1 x2 y2 (evidence)",
        files={"all": FILES},
        counts={"all": 405},
        metrics=("accuracy, by ten categories and over all", "mean IoU of evidence boxes"),
        schema="Haochen-Wang409/TreeVGR 4823ad8 inference_treebench.py; HaochenWang/TreeBench at a4eb437 on the hub, with the "
        "columns that public loaders of it read",
        is_verified=True,
        repository="HaochenWang/TreeBench",
        licence="apache-2.0",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """All questions."""
        yield from problems(_records(material), lambda locator, record: _problem(material, locator, record))

    def prompt(self, sample: Sample, asking: Asking, frames: Sequence[Frame]) -> list[Message]:
        """The question with its choices behind letters, which asks for the letter."""
        choices = list(zip(LETTERS, sample.choices, strict=False))
        question = load_prompt(LETTERED).render(question=sample.question, choices=choices)
        return prompt_messages(
            dataclasses.replace(sample, task=Task.TEXT, question=question, choices=()), asking.prompt, asking.dialect, frames
        )

    def prompt_hash(self, asking: Asking) -> str:
        """A hash of the student prompt, the dialect's name and what puts the letters."""
        return digest(super().prompt_hash(asking), load_prompt(LETTERED).prompt_hash)


def _records(material: Material) -> Records:
    if material.hub is not None:
        return material.table("train", part="all")
    file = material.file(*FILES)
    if file.suffix == ".tsv":
        return material.taken(_tabbed(file))
    return material.table("train", *PARQUET, part="all")


def _tabbed(file: Path) -> Records:
    csv.field_size_limit(LONGEST_FIELD)
    with file.open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t"), start=1):
            yield f"{file.name}:{number}", dict(row)


def _problem(material: Material, locator: str, record: Record) -> Problem:
    picture, question, answer, category = required(record, "image", "question", "answer", "category")
    if not all(isinstance(value, str) for value in (question, answer, category)) or not category.startswith(KINDS):
        reason = f"question, answer and category should be texts, the last of {' or '.join(KINDS)}, not {category!r}"
        raise RowError(Reason.WRONG_TYPE, reason)
    choices = _choices(record)
    boxes = _boxes(record)
    letter = answer.strip().upper()
    row = {"question": question, "task": Task.CHOICE, "category": category, "choices": list(choices), "boxes": boxes}
    row |= {"answer": named_choice(letter, choices), BOXES: boxes, OPTIONS: record.get(OPTIONS)}
    problem = material.reader("pixel").read(locator, row, (_image(material, picture),))
    return item(problem, "all", _number(record.get("index")), answer=letter)


def _choices(record: Record) -> tuple[str, ...]:
    """Those of the columns from ``A`` on up to the last that is filled, or of the text that lists them. Raises ``RowError``."""
    columns = [value.strip() if isinstance(value, str) else "" for value in map(record.get, LETTERS)]
    filled = [place for place, text in enumerate(columns) if text.lower() not in {"", "none", "nan"}]
    if len(filled) >= 2:
        said = columns[: filled[-1] + 1]
        if "" in said:
            raise RowError(Reason.MISSING_FIELD, f"choice {LETTERS[said.index('')]} is empty, and choice {LETTERS[filled[-1]]} is not")
        return tuple(said)
    listed = record.get(OPTIONS)
    return split_lettered(listed if isinstance(listed, str) else "")[1]


def _boxes(record: Record) -> list[Any]:
    """The evidence, which the table has as the text of a list."""
    [said] = required(record, BOXES)
    try:
        boxes = ast.literal_eval(said) if isinstance(said, str) else said
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise RowError(Reason.WRONG_TYPE, f"{BOXES} should be a list of boxes, not {said!r:.100}: {error}") from error
    if not isinstance(boxes, list) or not boxes or not all(isinstance(box, list | tuple) for box in boxes):
        raise RowError(Reason.WRONG_TYPE, f"{BOXES} should be a list of at least one box, not {said!r:.100}")
    return [list(box) for box in boxes]


def _image(material: Material, picture: Any) -> SourceImage:
    if not isinstance(picture, str):
        return material.image(picture)
    try:
        return SourceImage.read(base64.b64decode(picture, validate=True), None, material.max_pixels)
    except (binascii.Error, ValueError) as error:
        raise RowError(Reason.UNREADABLE_IMAGE, f"image is no picture in base64: {error}") from error


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
