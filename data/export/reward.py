"""Reward: Fovea's own scorer as verl and EasyR1 call it.

In verl, ``custom_reward_function.path`` is this file and ``custom_reward_function.name`` is ``verl_score``; in EasyR1,
``worker.reward.reward_function`` is this file with ``:easyr1_score`` behind it, and ``data.answer_key`` is ``truth``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.dialects import get_dialect
from data.export.truth import read_truth
from data.scoring.score import score_answer

REWARD_NAME = "fovea"
REWARD_TYPE = "batch"
"""How EasyR1 calls ``easyr1_score``."""


def judged(response: str, truth: str) -> tuple[float, float]:
    """The outcome in [0, 1] and the form, 1 where the response keeps every rule of its dialect."""
    sample, frames, dialect = read_truth(truth)
    parsed = get_dialect(dialect).parse(response, frames, sample.task)
    sizes = [(frame.stored.width, frame.stored.height) for frame in frames]
    outcome = score_answer(sample, parsed.trace.answer if parsed.trace else None, sizes).outcome
    return outcome, float(parsed.error is None)


def verl_score(data_source: str, solution_str: str, ground_truth: str, extra_info: Mapping[str, Any], format_weight: float = 0.2) -> float:  # noqa: ARG001
    """The reward of one response in [0, 1]."""
    outcome, form = judged(solution_str, extra_info["truth"])
    return (1 - format_weight) * outcome + format_weight * form


def easyr1_score(reward_inputs: Sequence[Mapping[str, Any]], format_weight: float = 0.2) -> list[dict[str, float]]:
    """The rewards of a batch of responses; their ``ground_truth`` is the column ``truth``."""
    scores = []
    for given in reward_inputs:
        outcome, form = judged(given["response"], given["ground_truth"])
        scores.append({"overall": (1 - format_weight) * outcome + format_weight * form, "format": form, "accuracy": outcome})
    return scores
