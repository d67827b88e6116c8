"""Arbiter: the judge's word on the rollouts of a step.

All questions of a step are asked at once, by the first process alone; the others are told. A judge that is a model has one client for the
whole training; its calls are rows of the run's ``requests``, where a step that is replayed finds them again. A word that could not be had
has no value and an error; where the endpoint itself is lost the training ends, on every process.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from accelerate import PartialState
from accelerate.utils import broadcast_object_list

from data.store import RunFolder, Store, StoreError
from data.store.images import ImageReader
from models.teacher.errors import TeacherError
from models.teacher.judge.config import JudgeConfig
from models.teacher.judge.judge import Judgement, JudgeQuestion
from models.teacher.judge.judges import make_judge, needs_endpoint
from models.teacher.judge.judging import AHEAD, ask_all, nobody
from models.teacher.session import shared_session
from models.training.context import Words

SECTION = "reinforce.judge.teacher"
"""Where a recipe says who judges."""
Ask = Callable[[Sequence[JudgeQuestion]], list[Judgement]]
LOST = (TeacherError, StoreError, OSError)
"""What the first process tells the others when it ends."""


class Arbiter:
    """Asks on the first process and tells the others."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def words(self, questions: Sequence[JudgeQuestion]) -> tuple[Words, list[dict[str, Any]]]:
        """What was said by subject and kind, and the rows of ``judgements``. Raises ``TeacherError`` where the endpoint is lost."""
        if not questions:
            return {}, []
        judgements = self._told(questions)
        pairs = list(zip(questions, judgements, strict=True))
        return (
            {(question.subject_id, question.kind): judgement for question, judgement in pairs},
            [judgement.row(question) for question, judgement in pairs],
        )

    def _told(self, questions: Sequence[JudgeQuestion]) -> list[Judgement]:
        told: list[Any] = [self._heard(questions) if PartialState().is_main_process else None]
        broadcast_object_list(told)
        if isinstance(told[0], Exception):
            raise told[0]
        return list(told[0])

    def _heard(self, questions: Sequence[JudgeQuestion]) -> list[Judgement] | Exception:
        try:
            return self._ask(questions)
        except LOST as error:
            return error


@contextmanager
def open_arbiter(config: JudgeConfig, store: Store, run: RunFolder, images: ImageReader, base_url: str | None) -> Iterator[Arbiter]:
    """The arbiter of a training, whose client is open while the block works. The key is the environment's. Raises ``TeacherError``."""
    at_once = AHEAD * config.teacher.in_flight
    if not (needs_endpoint(config) and PartialState().is_main_process):
        yield Arbiter(lambda questions: asyncio.run(ask_all(make_judge(config, nobody), questions, at_once)))
        return
    key = os.environ.get(config.teacher.key_variable, "").strip() or None
    with shared_session(store, run, images, config, base_url, key, SECTION) as session:
        judge = make_judge(config, session.client.ask)
        yield Arbiter(lambda questions: session.wait_for(ask_all, judge, questions, at_once))
