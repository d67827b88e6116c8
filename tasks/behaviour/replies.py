"""Replies: what the turns of a prediction say to each question that was asked, and the one chain that they are.

A second question is there where the answer was given again beside the crops of the first one (``data.evidence``). The second reply has a
dialect of its own, and its answer is the one that counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.dialects import Turn, get_dialect
from data.rows import Row
from data.sample import Task
from data.space import Frame
from data.trace import Trace
from models.student.turn_rows import spoken_turns

UNREAD = "it could not be read"


def read_replies(row: Row, dialects: Sequence[str], frames: Sequence[Frame], task: Task) -> Trace | str:
    """The steps of all replies of a prediction, and the answer of the last; or why one of them cannot be read. ``dialects`` are theirs."""
    turns = row["turns"] or ()
    replies = [spoken_turns(turns)] if len(dialects) == 1 else _divided(turns)
    if not replies[-1]:
        replies[-1] = [Turn("assistant", row["text"] or "")]
    whole = Trace()
    for number, (dialect, said) in enumerate(zip(dialects, replies, strict=True), start=1):
        parsed = get_dialect(dialect).parse_turns(said, frames, task)
        if parsed.trace is None:
            error = parsed.error or UNREAD
            return error if len(replies) == 1 else f"reply {number} of {len(replies)}: {error}"
        whole = replace(parsed.trace, steps=(*whole.steps, *parsed.trace.steps))
    return whole


def _divided(turns: Sequence[Row]) -> list[list[Turn]]:
    """Both replies. The second question begins at the user's first turn after a reply that is about no look."""
    for number, turn in enumerate(turns):
        if turn["role"] == "user" and spoken_turns(turns[:number]) and turn["points"] is None and turn["call_error"] is None:
            return [spoken_turns(turns[:number]), spoken_turns(turns[number:])]
    return [spoken_turns(turns), []]
