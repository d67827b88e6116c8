"""Web action: half for the verb, half for what it is done to (ViGoRL, arXiv 2505.23678)."""

from __future__ import annotations

import re
from typing import Literal

from data.benchmarks.compat.vigorl.rewards import action_worth
from data.config import Section
from data.sample import Task
from data.scoring.score import normal
from models.training.context import RewardContext
from models.training.paid import paid
from models.training.rewards.base import register
from models.training.rollout import Group, Parts, Rollout

ACTION = re.compile(r"([a-z_]+)((?:\s*\[[^\[\]]*\])*)")
ARGUMENT = re.compile(r"\[([^\[\]]*)\]")
Action = tuple[str, tuple[str, ...]]
"""A verb and what stands in brackets after it."""


@register("web_action", version=2)
class WebAction(Section):
    """0, 0.5 or 1; for ``action`` tasks. None where the action is not known."""

    reading: Literal["strict", "vigorl"] = "strict"
    """``strict``: the answer is one action; 0.5 for the right verb, 1 if all its arguments are right as well. ``vigorl``: a verb counts
    wherever it stands, and what is typed or said at the end does not count."""

    def score(self, group: Group, context: RewardContext) -> list[Parts]:
        del context
        if group.sample.task != Task.ACTION:
            return [{} for _ in group.rollouts]
        return [{"web_action": self._value(rollout, group.sample.answer or "")} for rollout in group.rollouts]

    def _value(self, rollout: Rollout, known: str) -> float | None:
        if rollout.outcome is None:
            return None
        if self.reading == "vigorl":
            return paid(action_worth, rollout.text, known)
        trace, asked = rollout.parsed.trace, read_action(known)
        said = read_action(trace.answer.text or "") if trace is not None else None
        if said is None or asked is None or said[0] != asked[0]:
            return 0.0
        return 1.0 if said == asked else 0.5


def read_action(text: str) -> Action | None:
    """The action that a text is, up to case and white space; None where it is none or something stands beside it."""
    found = ACTION.fullmatch(normal(text))
    return (found[1], tuple(argument.strip() for argument in ARGUMENT.findall(found[2]))) if found else None
