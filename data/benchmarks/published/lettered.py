"""Lettered: questions whose text holds their choices, ``(A) red (B) blue`` or a line ``A. red`` for each."""

from __future__ import annotations

import re
import string

from data.sources.problem import Reason, RowError

MARK = re.compile(r"\((?P<round>[A-Z])\)\s*|(?:^|(?<=\n))[ \t]*(?P<plain>[A-Z])[.):][ \t]+")
"""What stands before a choice: a letter in brackets anywhere, or a letter with a full stop, bracket or colon at the start of a line."""
ASKED = re.compile(r"\s*Answer with the (?:option|text|letter|choice)\b[^\n]*$", re.I)
"""The last line that says how to answer; the student's own prompt says that here."""
HEADING = re.compile(r"\s*(?:Answer Choices|Choices|Options):\s*$", re.I)
LEAD = re.compile(r"^\s*(?:<image>\s*)*(?:Question:\s*)?")
LETTERS = string.ascii_uppercase


def split_lettered(text: str) -> tuple[str, tuple[str, ...]]:
    """The question and its choices, the letters taken off. Raises ``RowError`` unless the letters run from A on, two of them at least."""
    body = ASKED.sub("", text)
    marks = _run(list(MARK.finditer(body)))
    if len(marks) < 2:
        raise RowError(Reason.MISSING_FIELD, f"a question should have choices with letters from A on, not {text[:100]!r}")
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    choices = tuple(body[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True))
    if not all(choices):
        raise RowError(Reason.MISSING_FIELD, f"choice {LETTERS[choices.index('')]} of {text[:100]!r} is empty")
    return HEADING.sub("", LEAD.sub("", body[: marks[0].start()])).strip(), choices


def named_choice(answer: str, choices: tuple[str, ...]) -> str:
    """The choice that an answer is: its text, or else its letter. Raises ``RowError``."""
    said = answer.strip()
    if said in choices:
        return said
    place = LETTERS.find(said.strip("().:").upper()) if len(said.strip("().:")) == 1 else -1
    if not 0 <= place < len(choices):
        raise RowError(Reason.ANSWER_NOT_A_CHOICE, f"answer {answer!r} is none of the choices {', '.join(choices)}, nor the letter of one")
    return choices[place]


def _run(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """The marks from the last ``A`` on, as long as each letter follows the one before; those of one form alone."""
    starts = [place for place, mark in enumerate(marks) if _letter(mark) == "A"]
    run: list[re.Match[str]] = []
    for mark in marks[starts[-1] :] if starts else []:
        is_same = not run or (mark["round"] is None) == (run[0]["round"] is None)
        if is_same and _letter(mark) == LETTERS[len(run)]:
            run.append(mark)
            if len(run) == len(LETTERS):
                break
    return run


def _letter(mark: re.Match[str]) -> str:
    return str(mark["round"] or mark["plain"])
