"""Row: one line of a foreign data set as a problem.

A row is a mapping with ``image`` or ``images``, ``question``, ``task``, and as the task needs them ``answer``, ``choices``, ``boxes`` or
``points`` with their ``space``; it may have ``context``, ``category`` and ``difficulty_band``. What else it has goes to ``meta``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.identity import canonical_json
from data.sample import Role, Task
from data.sources.places import BoxFormat, Placement
from data.sources.problem import Problem, Reason, RowError, SourceImage

FIELDS = frozenset(
    {"image", "images", "question", "task", "answer", "choices", "boxes", "points", "space", "context", "category", "difficulty_band"}
)
ROW_SPACES = ("pixel", "thousandth", "unit")
"""What a row may declare; a resized image is known to a source of chains only."""
LOOKING_TASKS = frozenset({Task.POINT, Task.BOX, Task.BOXES})
"""Tasks whose boxes are the answer; the boxes of other tasks are evidence, unless they say otherwise."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """What all rows of a source share."""

    dataset: str
    split: str
    read_image: Callable[[Any], SourceImage]
    """Stored bytes of what a row has under ``image``; raises ``RowError``."""
    space: str | None = None
    task: str | None = None
    box_format: BoxFormat = "xyxy"
    ignored: frozenset[str] = field(default_factory=frozenset)
    """Fields that are no ``meta``."""

    def read(self, locator: str, row: Mapping[str, Any], images: tuple[SourceImage, ...] | None = None) -> Problem:
        """The problem of a row, whose images may have been read already. Raises ``RowError``."""
        task = self._task(row)
        question = required_text(row, "question")
        images = self.images(row) if images is None else images
        role = Role.ANSWER if task in LOOKING_TASKS else Role.EVIDENCE
        placement = Placement(images, self._space(row), self.box_format, role)
        choices = _texts(row, "choices")
        problem = Problem(
            locator=locator,
            dataset=self.dataset,
            split=self.split,
            task=task,
            question=question,
            images=images,
            context=_context(row),
            choices=choices,
            answer=_answer(row, choices),
            points=() if row.get("points") is None else placement.points(row["points"]),
            boxes=() if row.get("boxes") is None else placement.boxes(row["boxes"]),
            source_space=placement.space or "pixel",
            category=optional_text(row, "category"),
            difficulty_band=optional_text(row, "difficulty_band"),
            meta=self._meta(row),
        )
        check_answerable(problem)
        return problem

    def images(self, row: Mapping[str, Any]) -> tuple[SourceImage, ...]:
        """The images of ``image`` or ``images``. Raises ``RowError``."""
        if (row.get("image") is None) == (row.get("images") is None):
            raise RowError(Reason.MISSING_FIELD, f"a row has image or images, and one of them; this one has {_names(row)}")
        several = row.get("images")
        named = [row["image"]] if several is None else several
        if not isinstance(named, list | tuple) or not named:
            raise RowError(Reason.WRONG_TYPE, f"images should be a list of at least one, not {named!r:.100}")
        return tuple(self.read_image(one) for one in named)

    def _task(self, row: Mapping[str, Any]) -> Task:
        name = optional_text(row, "task") or self.task
        if name is None:
            raise RowError(Reason.MISSING_FIELD, f"task is missing; the row has {_names(row)}")
        if name not in set(Task):
            raise RowError(Reason.UNKNOWN_TASK, f"task {name!r} is none of {', '.join(Task)}")
        return Task(name)

    def _space(self, row: Mapping[str, Any]) -> str | None:
        said = optional_text(row, "space")
        if said is not None and said not in ROW_SPACES:
            raise RowError(Reason.UNDECLARED_SPACE, f"space {said!r} is unknown; a row declares one of {', '.join(ROW_SPACES)}")
        return self.space if said is None else said

    def _meta(self, row: Mapping[str, Any]) -> dict[str, Any]:
        meta = {key: value for key, value in row.items() if key not in FIELDS and key not in self.ignored and value is not None}
        try:
            canonical_json(meta)
        except (ValueError, TypeError) as error:
            raise RowError(Reason.WRONG_TYPE, f"fields {', '.join(meta)} should be plain JSON: {error}") from error
        return meta


def check_answerable(problem: Problem) -> None:
    """Raise ``RowError`` unless the problem holds what its task needs."""
    answers = sum(box.role == Role.ANSWER for box in problem.boxes)
    if problem.task is Task.POINT and not (answers or problem.points):
        raise RowError(Reason.MISSING_FIELD, "task point needs boxes or points of the answer")
    if problem.task in {Task.BOX, Task.BOXES} and not answers:
        raise RowError(Reason.MISSING_FIELD, f"task {problem.task} needs boxes of the answer")
    if problem.task is Task.BOX and answers > 1:
        raise RowError(Reason.AMBIGUOUS, f"task box has one answer box, not {answers}; several are the task boxes")
    if problem.task is Task.CHOICE and not problem.choices:
        raise RowError(Reason.MISSING_FIELD, "task choice needs choices")
    if problem.task not in LOOKING_TASKS and problem.answer is None:
        raise RowError(Reason.MISSING_FIELD, f"task {problem.task} needs an answer")
    if problem.task is Task.CHOICE and problem.answer not in problem.choices:
        raise RowError(Reason.ANSWER_NOT_A_CHOICE, f"answer {problem.answer!r} is none of the choices {', '.join(problem.choices)}")


def required_text(row: Mapping[str, Any], key: str) -> str:
    """Text that is there and not blank. Raises ``RowError``."""
    value = optional_text(row, key)
    if value is None or not value.strip():
        raise RowError(Reason.MISSING_FIELD, f"{key} is missing or blank; the row has {_names(row)}")
    return value


def optional_text(row: Mapping[str, Any], key: str) -> str | None:
    """Text, or None where there is none. Raises ``RowError`` on another type."""
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise RowError(Reason.WRONG_TYPE, f"{key} should be text, not {value!r:.100}")
    return value


def _texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = row.get(key)
    if values is None:
        return ()
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise RowError(Reason.WRONG_TYPE, f"{key} should be a list of texts, not {values!r:.100}")
    return tuple(values)


def _answer(row: Mapping[str, Any], choices: tuple[str, ...]) -> str | None:
    """The text of the answer; a whole number counts the choices from 0."""
    value = row.get("answer")
    if choices and isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value < len(choices):
            raise RowError(Reason.ANSWER_NOT_A_CHOICE, f"answer {value} is no place among {len(choices)} choices, counted from 0")
        return choices[value]
    return optional_text(row, "answer")


def _context(row: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    turns = row.get("context")
    if turns is None:
        return ()
    if not isinstance(turns, list | tuple) or not all(isinstance(turn, Mapping) for turn in turns):
        raise RowError(Reason.WRONG_TYPE, f"context should be a list of objects with role and text, not {turns!r:.100}")
    return tuple({"role": required_text(turn, "role"), "text": required_text(turn, "text")} for turn in turns)


def _names(row: Mapping[str, Any]) -> str:
    return ", ".join(str(key) for key, value in row.items() if value is not None) or "nothing"
