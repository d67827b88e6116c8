"""SAT-2: 4,000 questions of five kinds about space and movement in drawn rooms, one image or two (arXiv 2412.07755, its dynamic part).

A record's choices stand here in the order of a hash of question and choice: ViGoRL shuffled them too, since a fixed place of the right one
could be learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.base import Card
from data.benchmarks.published.items import item
from data.benchmarks.published.material import Material, Record, problems, required
from data.benchmarks.published.registry import register
from data.identity import digest
from data.sample import Task
from data.sources.problem import Problem, Reason, Reject, RowError

FILE = "SAT_val.parquet"
COLUMNS = ("image_bytes", "question", "answers", "question_type", "correct_answer")


@register
class Sat2(AskedBenchmark):
    """SAT-2's validation part, which is what papers report."""

    name = "sat_2"
    protocols = (STRICT, "vigorl-choice")
    card = Card(
        title="SAT-2",
        form=f"{FILE}, which holds the pictures",
        space="none",
        files={"all": (FILE, "*.parquet")},
        images=2,
        counts={"all": 4000},
        metrics=("accuracy, by kind of question and over all",),
        schema="files of array/SAT on the hub, with the columns that public loaders of them read; the count is that of arXiv 2505.23678",
        is_verified=True,
        repository="array/SAT",
        licence="mit",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """The questions of the validation file."""
        records = material.table("validation", FILE, "*.parquet", columns=COLUMNS, part="all")
        yield from problems(records, lambda locator, record: _problem(material, locator, record))


def _problem(material: Material, locator: str, record: Record) -> Problem:
    images, question, choices, kind, answer = required(record, *COLUMNS)
    if not isinstance(images, list) or not isinstance(choices, list) or not all(isinstance(text, str) for text in (question, *choices)):
        raise RowError(
            Reason.WRONG_TYPE, f"image_bytes should be a list, question and answers texts, not {question!r:.60} and {choices!r:.60}"
        )
    row: dict[str, Any] = {"images": images, "question": question, "task": Task.CHOICE, "category": kind}
    row |= {"choices": mixed(question, choices), "answer": answer, "answers": choices, "correct_answer": answer}
    return item(material.reader(None).read(locator, row), "all")


def mixed(question: str, choices: list[str]) -> list[str]:
    """The choices in an order that says nothing of which is right, the same every time."""
    return sorted(choices, key=lambda choice: digest(question, choice))
