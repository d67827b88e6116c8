"""Log: the live rows of a training, one file per table and step. A step that is replayed writes its files again, with equal rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.rows import trace_to_row
from data.store import RunFolder
from models.student.turn_rows import turn_rows
from models.training.judge import JudgedGroup
from models.training.refill import Entry
from models.training.rollout import Rollout


class Figure(StrEnum):
    """Names of the table ``metrics``; beside them stand the trainer's own."""

    LOSS = "loss"
    REWARD = "reward"
    """Mean reward of the rollouts that are not masked."""
    OUTCOME = "outcome"
    """Mean outcome of all rollouts whose outcome is known."""
    EFFECTIVE = "effective"
    """Share of rollouts that move the policy by their reward."""
    KL = "kl"
    LEARNING_RATE = "learning_rate"
    GRAD_NORM = "grad_norm"
    GENERATION = "seconds_generation"
    SCORING = "seconds_reward"
    UPDATE = "seconds_update"
    STEP = "seconds_step"


CLOCK = "seconds_"
"""How figures that differ from run to run begin."""
UNREPEATABLE = ("step_time", "num_tokens", "epoch", "total_flos")
"""Figures of the trainers that depend on the clock or start anew when a training is resumed."""
DOUBLED = ("train_", "rewards/", "reward_std", "frac_reward_zero_std")
"""How figures of the trainers begin that say less than the table ``groups``."""


class TrainingLog:
    """Writes the rows of one training; on other processes than the first it writes nothing."""

    def __init__(self, run: RunFolder, is_writer: bool = True, logs_tokens: bool = False) -> None:
        self._run = run
        self._is_writer = is_writer
        self._logs_tokens = logs_tokens

    def write(self, table_name: str, step: int, rows: Sequence[dict[str, Any]]) -> None:
        """The rows of a step."""
        if self._is_writer:
            self._run.write_step(table_name, step, list(rows))

    def metrics(self, step: int, figures: Mapping[str, Any]) -> None:
        """The figures of a step; what is no number is left out."""
        rows = [{"step": step, "name": str(name), "value": float(value)} for name, value in figures.items() if _is_figure(str(name), value)]
        self.write("metrics", step, sorted(rows, key=lambda row: str(row["name"])))

    def seen(self, step: int, trace_ids: Sequence[str]) -> None:
        """The traces a step reads."""
        self.write("seen", step, [{"step": step, "trace_id": trace_id} for trace_id in dict.fromkeys(trace_ids)])

    def groups(self, step: int, entries: Sequence[Entry], difficulty: Sequence[dict[str, Any]]) -> None:
        """Rollouts, groups and difficulty of a step."""
        self.write("rollouts", step, [row for entry in entries for row in self._rollout_rows(entry.judged)])
        self.write("groups", step, [_group_row(entry) for entry in entries])
        if self._logs_tokens:
            self.write("rollout_tokens", step, [row for entry in entries for row in _token_rows(entry.judged)])
        self.write("difficulty", step, difficulty)

    def outcomes(self, through_step: int) -> list[tuple[int, dict[str, list[float]]]]:
        """The known outcomes by sample id of every step up to one, in order."""
        steps: dict[int, dict[str, list[float]]] = {}
        columns = self._run.read("rollouts", through_step).select(["step", "sample_id", "outcome"]).to_pylist()
        for row in columns:
            known = steps.setdefault(row["step"], {}).setdefault(row["sample_id"], [])
            known += [] if row["outcome"] is None else [row["outcome"]]
        return sorted(steps.items())

    def archived(self, through_step: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The rows of ``archive`` up to a step, in order, and the rollouts that they name, by what is needed to read them again."""
        entries: list[dict[str, Any]] = self._run.read("archive", through_step).to_pylist()
        named = pc.field("rollout_id").isin(pa.array([row["rollout_id"] for row in entries], pa.string()))
        rollouts = self._run.read("rollouts", through_step).select(["rollout_id", "sample_id", "dialect", "turns"]).filter(named)
        return entries, rollouts.to_pylist()

    def _rollout_rows(self, judged: JudgedGroup) -> list[dict[str, Any]]:
        return [
            self._rollout_row(judged, rollout)
            | {
                "rewards": [(name, value) for name, value in judged.parts_G[place].items()],
                "reward": judged.advantages.rewards_G[place],
                "advantage": judged.advantages.values_G[place],
                "masked": judged.advantages.masked_G[place],
                "effective": judged.effective_G[place],
            }
            for place, rollout in enumerate(judged.group.rollouts)
        ]

    def _rollout_row(self, judged: JudgedGroup, rollout: Rollout) -> dict[str, Any]:
        group, episode = judged.group, rollout.episode
        said = trace_to_row(rollout.parsed.trace)
        return {
            "rollout_id": rollout.rollout_id,
            "step": group.step,
            "policy_step": group.step - 1,
            "group_id": group.group_id,
            "index": rollout.index,
            "sample_id": group.sample.sample_id,
            "stream": group.stream,
            "dialect": group.shown.dialect,
            "turns": turn_rows(group.shown.text, group.sample.image_ids, episode.turns),
            "text": rollout.text,
            "answer": said["answer"],
            "answer_points": said["answer_points"],
            "answer_boxes": said["answer_boxes"],
            "mentions": None if said["steps"] is None else [mention for step in said["steps"] for mention in step["mentions"]],
            "parse_error": rollout.parsed.error,
            "stop_reason": episode.stop_reason,
            "outcome": rollout.outcome,
            "reference_rollout_id": judged.reference_id,
            "prompt_tokens": episode.prompt_tokens,
            "completion_tokens": episode.completion_tokens,
            "image_tokens": episode.image_tokens,
            "seed": episode.seed,
        }


def _group_row(entry: Entry) -> dict[str, Any]:
    judged, group, found = entry.judged, entry.judged.group, entry.judged.advantages
    known = [outcome for outcome in group.outcomes_G if outcome is not None]
    return {
        "step": group.step,
        "group_id": group.group_id,
        "sample_id": group.sample.sample_id,
        "stream": group.stream,
        "decision": entry.decision,
        "draw_weight": group.shown.draw.weight,
        "n": len(group.rollouts),
        "mean": found.mean,
        "std": found.std,
        "outcome_mean": math.fsum(known) / len(known) if known else None,
        "loss_weight": judged.loss_weight,
        "effective": any(judged.effective_G),
        "round": entry.round,
    }


def _token_rows(judged: JudgedGroup) -> list[dict[str, Any]]:
    """Tokens after the prompt, observations included; how likely each was when it was drawn is null where the writer did not say."""
    return [
        {
            "rollout_id": rollout.rollout_id,
            "step": judged.group.step,
            "ids": list(rollout.episode.ids),
            "logprobs": None if rollout.episode.logprobs is None else list(rollout.episode.logprobs),
            "is_own": list(rollout.episode.is_own),
            "advantage": judged.advantages.values_G[place],
        }
        for place, rollout in enumerate(judged.group.rollouts)
    ]


def _is_figure(name: str, value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and name not in UNREPEATABLE and not name.startswith(DOUBLED)
