"""Web steps: a step of a recorded walk through web pages, as ViGoRL has it: a task, what was done before, a screenshot, the next action.

The text of a record is ``OBJECTIVE: ...``, ``PREVIOUS ACTIONS: ...`` with a line for each, and ``IMAGE:``. The screenshot has a *set of
marks*: every element that can be used has a box and a number, which actions name, as in ``click [12]``.
"""

from __future__ import annotations

import re
from typing import Any

from data.sources.problem import Reason, RowError

FORM = re.compile(r"\s*OBJECTIVE:\s*(?P<objective>.+?)\s*PREVIOUS ACTIONS:(?P<actions>.*?)(?:IMAGE:\s*)?", re.DOTALL)
NUMBER = re.compile(r"^\s*\d+[.)]\s*")
NONE = frozenset({"", "none", "none.", "[]", "n/a"})
"""How a record says that nothing was done before."""
VERBS = {
    "click": r"\[\d+\]",
    "type": r"\[\d+\]\s*\[.*\](?:\s*\[[01]\])?",
    "hover": r"\[\d+\]",
    "press": r"\[.+\]",
    "scroll": r"\[(?:up|down)\]",
    "goto": r"\[.+\]",
    "go_back": "",
    "go_forward": "",
    "new_tab": "",
    "tab_focus": r"\[\d+\]",
    "close_tab": "",
    "stop": r"\[.*\]",
}
"""Actions of VisualWebArena's set-of-marks agent, and what follows each."""
ACTIONS = {verb: re.compile(rf"{verb}\s*{rest}", re.DOTALL) for verb, rest in VERBS.items()}
ROLE = "earlier action"
"""Whose turn an action of the context is."""


def step_of(text: str) -> tuple[str, list[dict[str, str]]]:
    """The task, and the earlier actions as turns of a context. Raises ``RowError``."""
    plain = text.replace("<image>", "")
    found = FORM.fullmatch(plain)
    if found is None:
        raise RowError(Reason.WRONG_TYPE, f"a step is OBJECTIVE, PREVIOUS ACTIONS and IMAGE, not {plain[:120]!r}")
    lines = [NUMBER.sub("", line).strip() for line in found["actions"].splitlines()]
    return found["objective"], [{"role": ROLE, "text": line} for line in lines if line.lower() not in NONE]


def verb_of(action: Any) -> str:
    """The verb of an action that is written as it should be. Raises ``RowError``."""
    said = action.strip() if isinstance(action, str) else ""
    verb = next((verb for verb, form in ACTIONS.items() if form.fullmatch(said)), None)
    if verb is None:
        raise RowError(Reason.WRONG_TYPE, f"an action is one of {', '.join(VERBS)} with what it needs in brackets, not {action!r:.100}")
    return verb
