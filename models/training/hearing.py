"""Hearing: the order in which the groups of a step are judged.

Grounded and single groups come first; then the archive is offered the best of the grounded ones; then come the textual groups, which are
compared with what the archive holds by now. What the archive and the judge made of it is in the step's rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from data.dialects import get_dialect
from data.trace import Trace
from models.student.turn_rows import spoken_turns
from models.training.arbiter import Arbiter
from models.training.archive import Archive
from models.training.context import Reference, Words
from models.training.judge import Judge, JudgedGroup
from models.training.log import TrainingLog
from models.training.pool import Pool
from models.training.rollout import Group, Stream


class Hearing:
    """Judges groups stream by stream; without an arbiter no part can ask."""

    def __init__(self, judge: Judge, archive: Archive, arbiter: Arbiter | None = None) -> None:
        self._judge, self._archive, self._arbiter = judge, archive, arbiter
        self._judgements: list[dict[str, Any]] = []

    def judge(self, groups: Sequence[Group]) -> list[JudgedGroup]:
        """The worth of the groups, in order. Raises ``TeacherError`` where the judge's endpoint is lost."""
        textual = [group for group in groups if group.stream == Stream.TEXTUAL]
        judged = self._heard([group for group in groups if group.stream != Stream.TEXTUAL], {})
        for one in judged:
            self._archive.offer(one.group, one.parts_G)
        references = self._references(textual)
        compared = self._heard(textual, references)
        judged += [replace(one, reference_id=_id_of(references.get(one.group.sample.sample_id))) for one in compared]
        by_place = {one.group.ordinal: one for one in judged}
        return [by_place[group.ordinal] for group in groups]

    def finish(self, step: int, log: TrainingLog) -> dict[str, float]:
        """Write the step's rows of ``archive`` and ``judgements``; returns its figures."""
        entries = self._archive.take_rows()
        judgements, self._judgements = self._judgements, []
        for table_name, rows in (("archive", entries), ("judgements", [row | {"step": step} for row in judgements])):
            if rows or self._arbiter is not None:
                log.write(table_name, step, rows)
        return {"archive/entries": float(len(self._archive)), "archive/changed": float(len(entries))} if len(self._archive) else {}

    def resume(self, step: int, log: TrainingLog, pool: Pool) -> None:
        """Take up the archive as the tables have it after a step."""

        def read(row: Mapping[str, Any]) -> Trace | None:
            sample = pool.samples[row["sample_id"]]
            return get_dialect(row["dialect"]).parse_turns(spoken_turns(row["turns"]), pool.frames(sample), sample.task).trace

        self._archive.restore(*log.archived(step), read)

    def _references(self, groups: Sequence[Group]) -> dict[str, Reference]:
        """By sample id; none where nobody compares."""
        if self._arbiter is None:
            return {}
        found = {group.sample.sample_id: self._archive.get(group.sample.sample_id, group.step) for group in groups}
        return {sample_id: reference for sample_id, reference in found.items() if reference is not None}

    def _heard(self, groups: Sequence[Group], references: dict[str, Reference]) -> list[JudgedGroup]:
        return self._judge.judge(groups, references, self._words(groups, references))

    def _words(self, groups: Sequence[Group], references: dict[str, Reference]) -> Words:
        if self._arbiter is None:
            return {}
        words, rows = self._arbiter.words(self._judge.questions(groups, references))
        self._judgements += rows
        return words


def _id_of(reference: Reference | None) -> str | None:
    return reference.rollout_id if reference else None
