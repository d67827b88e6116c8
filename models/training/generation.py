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
from models.training.hearing import Hearing
from models.training.judge import Judge, JudgedGroup
from models.training.log import TrainingLog
from models.training.pool import Pool
from models.training.rollout import Group, Rollout, Shown, group_id, rollout_id
from models.training.standing import Standings, outcomes_by_sample
from models.training.streams import Bundle, Streams


class Generation:
    """Draws, shows, reads, scores and logs, step by step."""

    def __init__(
        self, run_id: str, config: ReinforceConfig, pool: Pool, streams: Streams, judge: Judge, hearing: Hearing, log: TrainingLog
    ) -> None:
        self._run_id, self._config = run_id, config
        self.pool, self.streams, self._judge, self._log = pool, streams, judge, log
        self._hearing = hearing
        self._standings = Standings()
        self.scoring_s = 0.0
        """Seconds that the last step's groups took to be read and judged."""

    def resume(self, step: int, state: dict[str, Any]) -> None:
        """Take up the state after a step: what the streams kept, and what the tables say of all steps up to it."""
        self.streams.load_state_dict(state)
        for _, outcomes in self._log.outcomes(through_step=step):
            self.streams.observe(outcomes)
            self._standings.observe(outcomes)
        self._hearing.resume(step, self._log, self.pool)

    def make(self, step: int, author: Author) -> list[JudgedGroup]:
        """The groups of a step that go to the loss, written, read and judged."""
        self.scoring_s = 0.0
        return self._judge.together(self._round(step, self.streams.draw(step), author, first=0))

    def finish(self, step: int, judged: Sequence[JudgedGroup]) -> dict[str, float]:
        """Write a step's rows and learn its outcomes; returns its figures."""
        outcomes = outcomes_by_sample(one.group for one in judged)
        self._standings.observe(outcomes)
        self._log.groups(step, judged, self._standings.rows(step, list(outcomes)))
        figures = self.streams.metrics() | self._hearing.finish(step, self._log)
        self.streams.observe(outcomes)
        return figures

    def _round(self, step: int, bundles: Sequence[Bundle], author: Author, first: int) -> list[JudgedGroup]:
        """The groups of some bundles, in order; ``first`` is the ordinal of the first in its step."""
        shown = [one for bundle in bundles for one in bundle]
        written = author.write(step, shown, first)
        began = time.perf_counter()
        groups = [self._group(step, first + place, *one) for place, one in enumerate(zip(shown, written, strict=True))]
        judged = self._hearing.judge(groups)
        self.scoring_s += time.perf_counter() - began
        return judged

    def _group(self, step: int, ordinal: int, shown: Shown, episodes: Sequence[Episode]) -> Group:
        identity = group_id(self._run_id, step, ordinal)
        rollouts = tuple(self._rollout(identity, step, shown, index, one) for index, one in enumerate(episodes))
        return Group(identity, ordinal, step, shown, rollouts)

    def _rollout(self, group: str, step: int, shown: Shown, index: int, episode: Episode) -> Rollout:
        sample = shown.sample
        parsed = get_dialect(shown.dialect).parse_turns(episode.said, self.pool.frames(sample), sample.task)
        answer = parsed.trace.answer if parsed.trace is not None else None
        score = score_answer(sample, answer, self.pool.sizes(sample))
        return Rollout(rollout_id(self._run_id, step, group, index), index, episode, parsed, score)
