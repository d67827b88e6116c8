"""Generation: one step's draws, how they are shown to the policy, and what its episodes make of them.

Everything here is a function of the seed, the step and the tables, so that a step that is replayed gives the same rows.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from data.dialects import get_dialect
from data.scoring import score_answer
from models.student.turns import Episode
from models.training.author import Author
from models.training.config import ReinforceConfig
from models.training.judge import Judge, JudgedGroup
from models.training.log import TrainingLog
from models.training.pool import Pool
from models.training.rollout import Draw, Group, Rollout, Shown, Stream, group_id, rollout_id
from models.training.samplers import Sampler
from models.training.standing import Standings, outcomes_by_sample


class Generation:
    """Draws, shows, reads, scores and logs, step by step."""

    def __init__(
        self, run_id: str, config: ReinforceConfig, dialect: str, pool: Pool, sampler: Sampler, judge: Judge, log: TrainingLog
    ) -> None:
        self._run_id, self._config, self._dialect = run_id, config, dialect
        self.pool, self._judge, self._log = pool, judge, log
        self._standings = Standings()
        self.sampler = sampler
        self.scoring_s = 0.0
        """Seconds that the last step's groups took to be read and judged."""

    def resume(self, step: int, state: dict[str, Any]) -> None:
        """Take up the state after a step: what the sampler kept, and what the tables say of all steps up to it."""
        self.sampler.load_state_dict(state)
        for _, outcomes in self._log.outcomes(through_step=step):
            self.sampler.observe(outcomes)
            self._standings.observe(outcomes)

    def make(self, step: int, author: Author) -> list[JudgedGroup]:
        """The groups of a step that go to the loss, written, read and judged."""
        shown = [self._shown(draw) for draw in self.sampler.draw(self._config.groups_per_step, step)]
        written = author.write(step, shown)
        began = time.perf_counter()
        groups = [self._group(step, ordinal, one, episodes) for ordinal, (one, episodes) in enumerate(zip(shown, written, strict=True))]
        judged = self._judge.judge(groups)
        self.scoring_s = time.perf_counter() - began
        return judged

    def finish(self, step: int, judged: Sequence[JudgedGroup]) -> dict[str, float]:
        """Write a step's rows and learn its outcomes; returns its figures."""
        outcomes = outcomes_by_sample(one.group for one in judged)
        self._standings.observe(outcomes)
        self._log.groups(step, judged, self._standings.rows(step, list(outcomes)))
        figures = self.sampler.metrics()
        self.sampler.observe(outcomes)
        return figures

    def _shown(self, draw: Draw) -> Shown:
        sample = self.pool.samples[draw.sample_id]
        return Shown(draw, sample, Stream.SINGLE, self._dialect, self.pool.prompt(sample, self._dialect))

    def _group(self, step: int, ordinal: int, shown: Shown, episodes: Sequence[Episode]) -> Group:
        identity = group_id(self._run_id, step, ordinal)
        rollouts = tuple(self._rollout(identity, step, shown, index, one) for index, one in enumerate(episodes))
        return Group(identity, ordinal, step, shown, rollouts)

    def _rollout(self, group: str, step: int, shown: Shown, index: int, episode: Episode) -> Rollout:
        sample = shown.sample
        parsed = get_dialect(shown.dialect).parse(episode.text, self.pool.frames(sample), sample.task)
        answer = parsed.trace.answer if parsed.trace is not None else None
        score = score_answer(sample, answer, self.pool.sizes(sample))
        return Rollout(rollout_id(self._run_id, step, group, index), index, episode, parsed, score)
