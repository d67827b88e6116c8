"""Traces: existing chains of thought, so that generation can be skipped.

A row is a ShareGPT conversation (``conversations`` of ``from`` and ``value``, or ``messages`` of ``role`` and ``content``) with
``image`` or ``images``, or an object with ``question``, ``text`` and images. It may have the known answer as a row of ``data.sources.row``
has; else the chain's own answer is taken for it. A chain that does not parse stays as a trace with ``parse_error`` where the answer is
known, and is a reject where it is not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from data.dialects import Dialect, get_dialect
from data.rows import trace_to_row
from data.sample import Task
from data.sources.config import TracesConfig
from data.sources.files import ImageFolder, read_json_rows
from data.sources.folder import read_named
from data.sources.places import Placement
from data.sources.problem import Chain, Problem, Reason, Reject, RowError, SourceError, SourceImage
from data.sources.row import RowReader, optional_text, required_text
from data.trace import Answer

METHOD = "imported"
PLACEHOLDER = "<image>"
"""Where ShareGPT has an image in a text."""
ROLES = {
    "human": "user",
    "user": "user",
    "observation": "user",
    "tool": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "system": "system",
}
CHAIN_FIELDS = frozenset({"conversations", "messages", "text", "teacher"})
GUESSES = (Task.POINT, Task.BOX, Task.BOXES, Task.TEXT)
"""The tasks tried in turn on a chain whose row says none."""


def read_traces(config: TracesConfig, max_pixels: int) -> Iterator[Problem | Reject]:
    """The chains of a file as problems. Raises ``SourceError`` where there is no such file, folder or dialect."""
    try:
        dialect = get_dialect(config.dialect)
    except ValueError as error:
        raise SourceError(str(error)) from error
    folder = ImageFolder(config.image_folder, max_pixels)
    if not folder.root.is_dir():
        raise SourceError(f"there is no folder {folder.root.absolute()}")
    rows = RowReader(config.dataset, config.split, lambda value: read_named(folder, value), config.space, config.task, ignored=CHAIN_FIELDS)
    reader = ChainReader(config, dialect, rows)
    for item in read_json_rows(config.path):
        yield item if isinstance(item, Reject) else reader.read(*item)


@dataclass(frozen=True, slots=True)
class ChainReader:
    """Reads the rows of one file of chains."""

    config: TracesConfig
    dialect: Dialect
    rows: RowReader

    def read(self, locator: str, row: Mapping[str, Any]) -> Problem | Reject:
        """The problem of a row with its chain, or why it is none."""
        try:
            return self._read(locator, row)
        except RowError as error:
            return Reject(locator, error.reason, error.detail)

    def _read(self, locator: str, row: Mapping[str, Any]) -> Problem:
        question, text = question_and_chain(row, has_turns=self.dialect.has_turns)
        images = _asked_images(question, text, self.rows.images(row))
        plain = {key: value for key, value in row.items() if key not in {"image", "images"}}
        plain |= {"question": question.replace(PLACEHOLDER, "").strip()}
        chain, task = self._parse(row, text, images)
        if task is not None and plain.get("task") is None and self.config.task is None:
            plain["task"] = task
        if all(row.get(name) in (None, "", []) for name in ("answer", "boxes", "points")):
            if chain.trace is None:
                reason = f"the chain is no {self.config.dialect} ({chain.parse_error}), and the row has no answer of its own"
                raise RowError(Reason.BAD_CHAIN, reason)
            plain |= _answer_fields(chain.trace.answer)
        problem = self.rows.read(locator, plain, images)
        return dataclasses.replace(problem, source_space=self.config.space, chains=(chain,))

    def _parse(self, row: Mapping[str, Any], text: str, images: tuple[SourceImage, ...]) -> tuple[Chain, Task | None]:
        """The chain, and the task of the row or the first that its answer fits."""
        said = optional_text(row, "task") or self.config.task
        guesses = (Task.CHOICE,) if row.get("choices") else GUESSES
        tasks = (Task(said),) if said in set(Task) else guesses
        frames = Placement(images, self.config.space).frames()
        readings = [(self.dialect.parse(text, frames, task), task) for task in tasks]
        parsed, found = min(readings, key=lambda reading: (reading[0].trace is None, reading[1] is Task.TEXT, reading[0].error is not None))
        chain = Chain(parsed.trace, text, parsed.error, optional_text(row, "teacher"), self.config.dialect)
        return chain, found if parsed.trace is not None else None


def imported_row(chain: Chain, sample_id: str, candidate: int) -> dict[str, Any]:
    """The row of ``traces``."""
    return trace_to_row(
        chain.trace,
        sample_id=sample_id,
        request_ids=[],
        method=METHOD,
        teacher=chain.teacher,
        dialect=chain.dialect,
        candidate=candidate,
        selected=chain.trace is not None,
        text=chain.text,
        parse_error=chain.parse_error,
    )


def question_and_chain(row: Mapping[str, Any], *, has_turns: bool = False) -> tuple[str, str]:
    """What was asked and the chain that answers it, as one text where it may have several turns. Raises ``RowError``."""
    turns = row.get("conversations") if row.get("conversations") is not None else row.get("messages")
    if turns is None:
        return required_text(row, "question"), required_text(row, "text")
    if not isinstance(turns, list) or not all(isinstance(turn, Mapping) for turn in turns):
        raise RowError(Reason.WRONG_TYPE, f"a conversation should be a list of objects, not {turns!r:.100}")
    said = [turn for turn in map(_turn, turns) if turn[0] != "system"]
    roles = [role for role, _ in said]
    turns_expected = ["user", "assistant"] * (max(len(said) // 2, 1) if has_turns else 1)
    if roles != turns_expected:
        form = "turns of the user and the assistant, one after the other" if has_turns else "a turn of the user and one of the assistant"
        raise RowError(Reason.BAD_CHAIN, f"a chain is {form}, not {', '.join(roles) or 'nothing'}")
    return said[0][1], "\n".join(text if role == "assistant" else _observation(text) for role, text in said[1:])


def _observation(text: str) -> str:
    """What a turn of the user shows; an image that stands before its observation goes into it."""
    if "<observation>" not in text:
        return f"<observation>\n{text}\n</observation>"
    before, mark, after = text.partition("<observation>")
    return f"{before.replace(PLACEHOLDER, '')}{mark}{PLACEHOLDER * before.count(PLACEHOLDER)}{after}"


def _turn(turn: Mapping[str, Any]) -> tuple[str, str]:
    role = optional_text(turn, "from") or optional_text(turn, "role")
    if role not in ROLES:
        raise RowError(Reason.BAD_CHAIN, f"a turn is of {', '.join(ROLES)}, not of {role!r}")
    content = turn.get("value") if turn.get("value") is not None else turn.get("content")
    return ROLES[role], content if isinstance(content, str) else _blocks(content)


def _blocks(content: Any) -> str:
    """The text of content blocks; an image becomes its placeholder."""
    if not isinstance(content, list) or not all(isinstance(block, Mapping) for block in content):
        raise RowError(Reason.BAD_CHAIN, f"a turn should hold text or blocks, not {content!r:.100}")
    return "".join(PLACEHOLDER if block.get("type") == "image" else required_text(block, "text") for block in content)


def _asked_images(question: str, text: str, images: tuple[SourceImage, ...]) -> tuple[SourceImage, ...]:
    """The images of the question; those that observations show are cuts of them."""
    asked, shown = question.count(PLACEHOLDER), text.count(PLACEHOLDER)
    if asked == 0 or (asked == len(images) and not shown):
        return images
    if asked + shown != len(images):
        raise RowError(Reason.BAD_CHAIN, f"the texts have {asked + shown} times {PLACEHOLDER}, the row {len(images)} images")
    return images[:asked]


def _answer_fields(answer: Answer) -> dict[str, Any]:
    """A chain's answer as the fields of a row, in pixels."""
    places: dict[str, Any] = {"space": "pixel", "answer": answer.text}
    if answer.points:
        places["points"] = [{"x": p.x, "y": p.y, "image_index": p.image_index, "label": p.label} for p in answer.points]
    if answer.boxes:
        places["boxes"] = [
            {"x1": b.x1, "y1": b.y1, "x2": b.x2, "y2": b.y2, "image_index": b.image_index, "label": b.label} for b in answer.boxes
        ]
    return places
