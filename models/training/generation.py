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
from models.training.log import Figure, TrainingLog
from models.training.pool import Pool
from models.training.refill import Entry, Filling, fill
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
        self._filling = Filling((), (), 0)
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
        self._filling = fill(self.streams, step, self._config.refill.tries, lambda some, first: self._round(step, some, author, first))
        return self._judge.together(self._filling.judged)

    def finish(self, step: int, judged: Sequence[JudgedGroup]) -> dict[str, float]:
        """Write the rows of a step, of which ``judged`` went to the loss, and learn its outcomes; returns its figures."""
        entries = self._filling.entries(judged)
        outcomes = outcomes_by_sample(entry.judged.group for entry in entries)
        self._standings.observe(outcomes)
        self._log.groups(step, entries, self._standings.rows(step, list(outcomes)))
        figures = self.streams.metrics() | self._hearing.finish(step, self._log)
        self.streams.observe(outcomes)
        return figures | self._filling.figures() | _means(entries)

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


def _means(entries: Sequence[Entry]) -> dict[str, float]:
    """Of all rollouts that the step cost."""
    values = {
        Figure.REWARD: [reward for entry in entries for reward in entry.judged.advantages.rewards_G if reward is not None],
        Figure.OUTCOME: [outcome for entry in entries for outcome in entry.judged.group.outcomes_G if outcome is not None],
        Figure.EFFECTIVE: [float(one) for entry in entries for one in entry.judged.effective_G],
    }
    return {str(name): sum(found) / len(found) for name, found in values.items() if found}
