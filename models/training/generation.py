"""Generation: one step's draws, how they are shown to the policy, and what its completions make of them.

Everything here is a function of the seed, the step and the tables, so that a step that is replayed gives the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.dialects import get_dialect
from data.identity import digest
from data.scoring import score_answer
from models.training.config import ReinforceConfig
from models.training.judge import Judge, JudgedGroup
from models.training.log import TrainingLog
from models.training.pool import Pool, user_text
from models.training.rollout import Completion, Draw, Group, Rollout, group_id, rollout_id
from models.training.samplers import Sampler
from models.training.standing import Standings, outcomes_by_sample

SEED_DIGITS = 8
"""Hexadecimal digits of a seed: what torch, numpy and random all take."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the policy is shown for one group."""

    draw: Draw
    prompt: list[dict[str, Any]]
    images: list[Any]


def generation_seed(seed: int, step: int, process: int) -> int:
    """The seed of one step's generation on one process."""
    return int(digest("generation", seed, step, process)[:SEED_DIGITS], 16)


class Generation:
    """Draws, shows, reads, scores and logs, step by step."""

    def __init__(
        self, run_id: str, config: ReinforceConfig, dialect: str, pool: Pool, sampler: Sampler, judge: Judge, log: TrainingLog
    ) -> None:
        self._run_id, self._config, self._dialect = run_id, config, get_dialect(dialect)
        self._pool, self._judge, self._log = pool, judge, log
        self._standings = Standings()
        self.sampler = sampler

    def resume(self, step: int, state: dict[str, Any]) -> None:
        """Take up the state after a step: what the sampler kept, and what the tables say of all steps up to it."""
        self.sampler.load_state_dict(state)
        for _, outcomes in self._log.outcomes(through_step=step):
            self.sampler.observe(outcomes)
            self._standings.observe(outcomes)

    def show(self, step: int) -> list[Shown]:
        """The groups of a step."""
        return [self._shown(draw) for draw in self.sampler.draw(self._config.groups_per_step, step)]

    def judge(self, step: int, shown: Sequence[Shown], completions: Sequence[Completion]) -> list[JudgedGroup]:
        """Read and score the completions of a step, which come group by group."""
        n = self._config.rollouts_per_group
        return self._judge.judge(
            [self._group(step, place, one, completions[place * n : (place + 1) * n]) for place, one in enumerate(shown)]
        )

    def finish(self, step: int, judged: Sequence[JudgedGroup]) -> dict[str, float]:
        """Write a step's rows and learn its outcomes; returns its figures."""
        outcomes = outcomes_by_sample(one.group for one in judged)
        self._standings.observe(outcomes)
        self._log.groups(step, judged, self._standings.rows(step, list(outcomes)))
        figures = self.sampler.metrics()
        self.sampler.observe(outcomes)
        return figures

    def _shown(self, draw: Draw) -> Shown:
        sample = self._pool.samples[draw.sample_id]
        return Shown(draw, self._pool.prompt(sample), self._pool.images(sample))

    def _group(self, step: int, ordinal: int, shown: Shown, completions: Sequence[Completion]) -> Group:
        sample = self._pool.samples[shown.draw.sample_id]
        identity = group_id(self._run_id, step, ordinal)
        rollouts = tuple(self._rollout(identity, step, shown, index, one) for index, one in enumerate(completions))
        return Group(identity, ordinal, step, sample, shown.draw, user_text(shown.prompt), rollouts)

    def _rollout(self, group: str, step: int, shown: Shown, index: int, completion: Completion) -> Rollout:
        sample = self._pool.samples[shown.draw.sample_id]
        parsed = self._dialect.parse(completion.text, self._pool.frames(sample), sample.task)
        answer = parsed.trace.answer if parsed.trace is not None else None
        score = score_answer(sample, answer, self._pool.sizes(sample))
        return Rollout(rollout_id(self._run_id, step, group, index), index, completion, parsed, score)
