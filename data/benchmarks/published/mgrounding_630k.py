"""MGrounding-630k: conversations about several images, most of whose answers are boxes (Migician, arXiv 2501.05767).

A record is ``id, images, conversations, type``: turns of ``human`` and ``gpt`` in ShareGPT's form, boxes in thousandths as
``<|box_start|>(x1,y1),(x2,y2)<|box_end|>``. Each question becomes a problem of its own, with the turns before it as context, in which
boxes stay as they were written. A question whose answer has no box is a reject: captions of boxes are no grounding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import ALL, Material, Record, attempt, found_in, required
from data.benchmarks.published.migician_images import HEADS, answer_image, task_of
from data.benchmarks.published.naming import named_image
from data.benchmarks.published.registry import register
from data.sample import Task
from data.sources.files import read_json_rows
from data.sources.problem import Problem, Reason, Reject, RowError, SourceImage
from data.sources.row import RowReader

WHOLE = ("MGrounding-630k.json", "**/MGrounding-630k.json")
PARTS = MappingProxyType(
    {
        "common": ("**/common_train_70k.json",),
        "diff": ("**/diff_train_70k.json",),
        "free_form": ("**/free_form_grounding_130k.json",),
        "group_grounding": ("**/gg_train_120k.json",),
        "group_captions": ("**/_gg_reg_40k.json", "**/gg_reg_40k.json"),
        "object_tracking": ("**/ot_train_130k.json",),
        "refer_grounding": ("**/refer_train_70k.json",),
        "region": ("**/region_train_70k.json",),
    }
)
COUNTS = MappingProxyType(
    {
        ALL: 630_000,
        "common": 70_000,
        "diff": 70_000,
        "free_form": 130_000,
        "group_grounding": 120_000,
        "group_captions": 40_000,
        "object_tracking": 130_000,
        "refer_grounding": 70_000,
        "region": 70_000,
    }
)
BOX = re.compile(r"<\|box_start\|>\((\d{1,9}),(\d{1,9})\),\((\d{1,9}),(\d{1,9})\)<\|box_end\|>")
CORNERS = ("x1", "y1", "x2", "y2")
ROLES = MappingProxyType({"human": "user", "gpt": "assistant"})
IMAGE = "<image>"


@register
class MGrounding:
    """A training set; each question is a problem."""

    name = "mgrounding_630k"
    card = Card(
        title="MGrounding-630k",
        form="a JSON list of conversations (MGrounding-630k.json, or one a task) beside folders of images",
        space="thousandth",
        counts=COUNTS,
        files={ALL: WHOLE} | dict(PARTS),
        images=6,
        schema=(
            "Michael4933/Migician 067c78b README.md, a record and the tree of files; Liquid4All/leap-finetune, "
            "visual grounding, prepare_data.py, which reads all of them; counts are rounded as published"
        ),
        is_verified=True,
        repository="Michael4933/MGrounding-630k",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        rows = material.beside("thousandth", *HEADS)
        for part, path in _files(material):
            for item in material.taken(read_json_rows(path), part):
                yield from [item] if isinstance(item, Reject) else _turns(rows, *item)


def _files(material: Material) -> list[tuple[str, Path]]:
    """The file that has all, where it is there and no part is asked for; else the file of each part."""
    if material.config.subset not in (None, ALL):
        return material.parts(PARTS)
    is_file = material.config.path is not None and material.config.path.is_file()
    if is_file or material.hub is not None or material.config.subset == ALL or found_in(material.root, WHOLE) is not None:
        return [(ALL, material.file(*WHOLE))]
    return material.parts(PARTS)


def _turns(rows: RowReader, locator: str, record: Record) -> Iterator[Problem | Reject]:
    """A problem or a reject for each question of a record."""
    try:
        paths, said = required(record, "images", "conversations")
        turns = [_turn(turn) for turn in said] if isinstance(said, list) else []
        _check_turns(turns)
        asker = Asker(rows, rows.images({"images": paths}), turns)
    except RowError as error:
        yield Reject(locator, error.reason, error.detail)
        return
    for number in range(len(turns) // 2):
        yield attempt(partial(asker.problem, number), f"{locator}/{number + 1}", record)


@dataclass(frozen=True, slots=True)
class Asker:
    """The questions of one record."""

    rows: RowReader
    images: tuple[SourceImage, ...]
    turns: list[tuple[str, str]]

    def problem(self, number: int, locator: str, record: Record) -> Problem:
        """The problem of a question, counted from 0. Raises ``RowError``."""
        asked, answer = self.turns[2 * number][1], self.turns[2 * number + 1][1]
        places = boxes_of(asked, answer, len(self.images), task_of(record["images"]))
        row = {
            "question": asked,
            "task": str(Task.BOX if len(places) == 1 else Task.BOXES),
            "boxes": [dict(zip(CORNERS, box, strict=True)) | {"image_index": index} for box, index, _ in places],
            "context": [{"role": role, "text": text} for role, text in self.turns[: 2 * number]],
            "category": task_of(record["images"]) or _text(record.get("type")),
        }
        problem = self.rows.read(locator, row, self.images)
        meta = {"type": _text(record.get("type")), "images": record["images"], "image_index_from": places[0][2]}
        if len(places) == 1:
            meta["answer"] = places[0][0]
        return replace(problem, meta={name: value for name, value in meta.items() if value is not None})


def boxes_of(asked: str, answer: str, count: int, task: str | None) -> list[tuple[list[int], int, str]]:
    """Each box of an answer, the image that it is in, counted from 0, and how that is known. Raises ``RowError``."""
    found = list(BOX.finditer(answer))
    boxes = [[int(number) for number in box.groups()] for box in found]
    if not boxes:
        given = "a box and asks for its caption" if BOX.search(asked) else "no box either"
        raise RowError(Reason.NOT_GROUNDING, f"the answer {answer!r:.80} has no box, the question {given}")
    if len(boxes) == 1:
        index, source = answer_image({"answer": BOX.sub("", answer), "question": asked}, count, task)
        return [(boxes[0], index, source)]
    ends = [0, *(box.end() for box in found)]
    before = [answer[start : box.start()] for (start, _), box in zip(pairwise(ends), found, strict=True)]
    indices = [0 if count == 1 else named_image(text) for text in before]
    if any(index is None for index in indices):
        raise RowError(Reason.AMBIGUOUS, f"the answer has {len(boxes)} boxes and does not say before each in which of {count} images it is")
    return [(box, index, "answer") for box, index in zip(boxes, indices, strict=True) if index is not None]


def _turn(turn: Any) -> tuple[str, str]:
    who, text = (turn.get("from"), turn.get("value")) if isinstance(turn, dict) else (None, None)
    if not isinstance(who, str) or not isinstance(text, str) or who not in ROLES:
        raise RowError(Reason.BAD_CHAIN, f"a turn should be from {' or '.join(ROLES)} with a text as value, not {turn!r:.100}")
    return ROLES[who], text.replace(IMAGE, "").strip()


def _check_turns(turns: list[tuple[str, str]]) -> None:
    roles = [role for role, _ in turns]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2):
        raise RowError(Reason.BAD_CHAIN, f"conversations should be questions with their answers, not {', '.join(roles) or 'nothing'}")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
