"""Archive: the best grounded rollout of each sample so far, with whose thoughts textual ones are compared (iVGR, arXiv 2605.31096).

A rollout is a *candidate* where its form is kept, its answer right (by the judge where the rewards ask one), its boxes valid (where the
rewards have that part), and its box reward at least the minimum. Of a sample's candidates the first with the largest box reward is
offered; it replaces the entry only where it is strictly better, or the entry is older than the greatest age. What the archive holds is in
the tables ``archive`` and ``rollouts``, and a resumed training reads it there; nothing of it is kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from data.trace import Trace
from models.training.config import ArchiveConfig
from models.training.context import Reference
from models.training.rollout import Group, Parts, Rollout, Stream

FORMAT = "format"
VALIDITY = "box_validity"
JUDGED = "judged_answer"
FULL = 1.0
Read = Callable[[Mapping[str, Any]], Trace | None]
"""Parses the text of a row of ``rollouts``."""


class Archive:
    """Entries by sample id; every process scores all groups and so holds the same."""

    def __init__(self, config: ArchiveConfig) -> None:
        self._config = config
        self._entries: dict[str, Reference] = {}
        self._changed: dict[str, Reference] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def offer(self, group: Group, parts_G: Sequence[Parts]) -> None:
        """Take the group's best candidate, where it is grounded and better than the entry."""
        found = [] if group.stream != Stream.GROUNDED else [*self._candidates(group, parts_G)]
        best = max(found, key=lambda candidate: candidate.box_reward, default=None)
        known = self.get(group.sample.sample_id, group.step)
        if best is not None and (known is None or best.box_reward > known.box_reward):
            self._entries[group.sample.sample_id] = self._changed[group.sample.sample_id] = best

    def get(self, sample_id: str, step: int) -> Reference | None:
        """The sample's reference at a step."""
        known, oldest = self._entries.get(sample_id), self._config.max_age
        is_old = known is not None and oldest is not None and step - known.step > oldest
        return None if is_old else known

    def take_rows(self) -> list[dict[str, Any]]:
        """Rows of the table ``archive`` for the entries that changed since this was last asked."""
        changed, self._changed = self._changed, {}
        return [
            {"sample_id": sample_id, "step": entry.step, "rollout_id": entry.rollout_id, "box_reward": entry.box_reward}
            for sample_id, entry in changed.items()
        ]

    def restore(self, rows: Iterable[Mapping[str, Any]], rollouts: Iterable[Mapping[str, Any]], read: Read) -> None:
        """Take up what the tables hold: ``rows`` of ``archive`` in order of step, and the ``rollouts`` that they name."""
        newest = {row["sample_id"]: row for row in rows}
        texts = {row["rollout_id"]: row for row in rollouts}
        for sample_id, row in newest.items():
            trace = read(texts[row["rollout_id"]])
            if trace is not None:
                self._entries[sample_id] = Reference(row["rollout_id"], row["step"], row["box_reward"], trace)

    def _candidates(self, group: Group, parts_G: Sequence[Parts]) -> Iterable[Reference]:
        for rollout, parts in zip(group.rollouts, parts_G, strict=True):
            box_reward, trace = parts.get(self._config.part), rollout.parsed.trace
            if box_reward is not None and trace is not None and self._is_sound(rollout, parts, box_reward):
                yield Reference(rollout.rollout_id, group.step, box_reward, trace)

    def _is_sound(self, rollout: Rollout, parts: Parts, box_reward: float) -> bool:
        is_whole = rollout.parsed.error is None and all(parts.get(name, FULL) == FULL for name in (FORMAT, VALIDITY))
        is_right = parts[JUDGED] == FULL if JUDGED in parts else bool(rollout.score.correct)
        return is_whole and is_right and box_reward >= self._config.minimum
