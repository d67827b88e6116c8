"""Records: one entry of a mapped question set as a problem.

Choices are read in the order in which the record has them; the answer is kept as the text of a choice, however the record names it.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.benchmarks.published.mapped.config import LETTERS, ChoicesConfig, MapConfig, PartConfig, QuestionKind
from data.identity import canonical_json
from data.sample import Task
from data.scoring.score import normal
from data.sources.problem import Problem, Reason, RowError, SourceImage
from data.sources.row import RowReader

Record = Mapping[str, Any]
YES_OR_NO = ("yes", "no")
LETTER = re.compile(r"\(?([A-Za-z])[).:]?")
DATA_ADDRESS = re.compile(r"data:[\w/+.-]*;base64,")


@dataclass(frozen=True, slots=True)
class RecordReader:
    """How the records of one set become problems of a split."""

    config: MapConfig
    split: str
    read_cell: Callable[[Any], SourceImage]
    """The image of a path, bytes, or a struct of both; raises ``RowError``."""

    def read(self, locator: str, record: Record, part: PartConfig) -> Problem:
        """The problem of a record. Raises ``RowError``."""
        columns = self.config.columns
        choices = _choices(record, columns.choices)
        kind = self._kind(choices)
        answer = self._answer(_cell(record, columns.answer), kind, choices)
        offered = YES_OR_NO if kind == "yesno" else tuple(one for one in choices if one is not None)
        _check_offered(offered, answer)
        row = {
            "task": str(Task.TEXT if kind == "text" else Task.CHOICE),
            "question": "\n".join(_words(_cell(record, name), name) for name in columns.question),
            "choices": offered or None,
            "answer": answer,
            "category": _text(record, columns.category) or part.name,
        }
        problem = RowReader(self.config.name, self.split, self._image).read(locator, row, self._images(record))
        found = replace(problem, meta=self._meta(locator, record, part), occurrence=locator)
        _check_plain(found)
        return found

    def _kind(self, choices: Sequence[str | None]) -> QuestionKind:
        if self.config.kind != "choice" or choices:
            return self.config.kind
        if self.config.without_choices is None:
            raise RowError(Reason.MISSING_FIELD, "no choices are found")
        return self.config.without_choices

    def _answer(self, value: Any, kind: QuestionKind, choices: Sequence[str | None]) -> str:
        if kind == "yesno":
            return _yes_or_no(value)
        if kind == "text" or self.config.columns.answer_form == "text":
            return _words(value)
        return _named(value, self.config.columns.answer_form, choices)

    def _images(self, record: Record) -> tuple[SourceImage, ...]:
        cells = [cell for name in self.config.columns.images for cell in _listed(_cell(record, name)) if cell is not None]
        if not cells:
            raise RowError(Reason.MISSING_FIELD, "no image is found in " + ", ".join(self.config.columns.images))
        return tuple(map(self._image, cells))

    def _image(self, cell: Any) -> SourceImage:
        return self.read_cell(_decoded(cell) if self.config.columns.image_form == "base64" else cell)

    def _meta(self, locator: str, record: Record, part: PartConfig) -> dict[str, Any]:
        columns = self.config.columns
        identity = locator if columns.identity is None else _cell(record, columns.identity)
        kept = {name: record[name] for name in columns.kept if record.get(name) is not None}
        return {"record": identity, "part": part.name, **kept}


def is_of(record: Record, part: PartConfig) -> bool:
    """Whether a record is of a part. Raises ``RowError`` where a column that tells is not there."""
    return all(str(_cell(record, name)).strip() == text for name, text in part.where.items())


def _cell(record: Record, name: str) -> Any:
    if name not in record:
        raise RowError(Reason.MISSING_FIELD, f"there is no column {name}; the record has {', '.join(map(str, record))}")
    return record[name]


def _text(record: Record, name: str | None) -> str | None:
    return None if name is None or _cell(record, name) is None else str(_cell(record, name))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _choices(record: Record, config: ChoicesConfig | None) -> list[str | None]:
    """The choices in order; None stands for an empty cell among several columns."""
    if config is None:
        return []
    if len(config.columns) > 1:
        cells = [_cell(record, name) for name in config.columns]
        return [_entry(cell, config.pattern) if _is_filled(cell) else None for cell in cells]
    value = _cell(record, config.columns[0])
    if isinstance(value, list | tuple):
        return [_entry(one, config.pattern) for one in value]
    if config.pattern is None or not isinstance(value, str | None):
        raise RowError(Reason.WRONG_TYPE, f"{config.columns[0]} should be a list of choices, not {value!r:.100}")
    return list(_split(value or "", config.pattern))


def _is_filled(cell: Any) -> bool:
    """Whether a cell holds something; a table that came through pandas has NaN where it is empty."""
    return cell is not None and cell == cell and str(cell).strip() != ""


def _entry(cell: Any, pattern: str | None) -> str:
    if not isinstance(cell, str | int | float) or isinstance(cell, bool):
        raise RowError(Reason.WRONG_TYPE, f"a choice should be text, not {cell!r:.100}")
    text = str(cell).strip()
    found = re.search(pattern, text) if pattern is not None else None
    return found[1].strip() if found is not None else text


def _split(text: str, pattern: str) -> Iterator[str]:
    return (found[1].strip() for found in re.finditer(pattern, text))


def _check_plain(problem: Problem) -> None:
    """Raise ``RowError`` unless all that a sample keeps is plain JSON that can be written."""
    try:
        canonical_json([problem.question, problem.choices, problem.answer, problem.category, dict(problem.meta)]).encode()
    except (TypeError, ValueError) as error:
        raise RowError(Reason.WRONG_TYPE, f"the record is no plain JSON: {error}") from error


def _check_offered(choices: Sequence[str], answer: str) -> None:
    """Raise ``RowError`` unless every choice has a letter, and no other choice reads as the answer does."""
    if len(choices) > len(LETTERS):
        raise RowError(Reason.WRONG_TYPE, f"there are {len(choices)} choices, and letters for {len(LETTERS)}")
    if [normal(choice) for choice in choices].count(normal(answer)) > 1:
        raise RowError(Reason.AMBIGUOUS, f"the answer {answer!r} is there more than once among {', '.join(choices)}")


def _named(value: Any, form: str, choices: Sequence[str | None]) -> str:
    """The text of the choice that a letter or a number names."""
    place = _letter(value) if form == "letter" else _number(value) - (form == "from_one")
    found = choices[place] if 0 <= place < len(choices) else None
    if found is None:
        offered = ", ".join(one for one in choices if one is not None)
        raise RowError(Reason.ANSWER_NOT_A_CHOICE, f"answer {value!r} names none of the {len(choices)} choices {offered}")
    return found


def _letter(value: Any) -> int:
    found = LETTER.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise RowError(Reason.WRONG_TYPE, f"answer {value!r:.100} should be a letter such as B or (B)")
    return LETTERS.index(found[1].upper())


def _number(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value.strip()):
        return int(value)
    raise RowError(Reason.WRONG_TYPE, f"answer {value!r:.100} should be the number of a choice")


def _yes_or_no(value: Any) -> str:
    if isinstance(value, bool):
        return YES_OR_NO[not value]
    said = value.strip().rstrip(".").casefold() if isinstance(value, str) else ""
    if said not in YES_OR_NO:
        raise RowError(Reason.ANSWER_NOT_A_CHOICE, f"answer {value!r:.100} is neither yes nor no")
    return said


def _words(value: Any, name: str = "answer") -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise RowError(Reason.MISSING_FIELD, f"{name} should be text that is not blank, not {value!r:.100}")
    return value.strip()


def _decoded(cell: Any) -> bytes:
    if not isinstance(cell, str):
        raise RowError(Reason.WRONG_TYPE, f"an image should be base64 text, not {type(cell).__name__}")
    try:
        return b64decode(DATA_ADDRESS.sub("", cell, count=1), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RowError(Reason.UNREADABLE_IMAGE, f"an image is no base64 text: {error}") from error
