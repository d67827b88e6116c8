"""Judging: ask the judge about a stage's traces. What was answered before, in whichever run, is not asked again, and needs no endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from data.rows import Row
from data.sample import Sample
from data.store.images import ImageReader
from models.teacher.call import RequestStatus, last_error
from models.teacher.errors import TeacherFailedError
from models.teacher.judge.judge import Judgement, JudgeQuestion
from models.teacher.judge.judges import make_judge
from models.teacher.judge.judging import judge_all, replay
from models.teacher.judge.questions import Sizes, trace_questions
from tasks.config import CurateJudgeConfig
from tasks.endpoint import api_key, endpoint
from tasks.generate import budget_note
from tasks.run import StageRun


def judgement_rows(run: StageRun, samples: Iterable[Sample], traces: Iterable[Row], sizes: Sizes, config: CurateJudgeConfig) -> list[Row]:
    """The rows of ``judgements`` for readable traces; calls are rows of the run's ``requests``.

    A judgement that could not be had has no value, and its error; where the budget left some unfinished, the run has a ``note``. Raises
    ``TeacherError`` where the endpoint is lost or answers no call.
    """
    questions = trace_questions(config.rubric, samples, traces, sizes)
    run.progress.total = len(questions)
    known = replay(run.store.requests(), questions, partial(make_judge, config))
    run.progress.advance(sum(1 for judgement in known if judgement is not None))
    left = [question for question, judgement in zip(questions, known, strict=True) if judgement is None]
    fresh = iter(_ask(run, left, config) if left else [])
    judgements = [next(fresh) if judgement is None else judgement for judgement in known]
    unfinished = sum(judgement.is_unfinished for judgement in judgements)
    run.folder.record(note=budget_note(config.budget, unfinished, "judgements", run.order.stage))
    return [judgement.row(question) for question, judgement in zip(questions, judgements, strict=True)]


def _ask(run: StageRun, questions: Sequence[JudgeQuestion], config: CurateJudgeConfig) -> list[Judgement]:
    images = ImageReader(run.store, run.order.inputs["images"])
    with endpoint(config.teacher) as base_url:
        key = api_key(config.teacher)
        make = partial(make_judge, config)
        judgements = judge_all(run.store, run.folder, questions, images, config, make, base_url, key, on_progress=run.progress.advance)
    calls = run.folder.read("requests").to_pylist()
    failed = [row for row in calls if row["status"] == RequestStatus.FAILED]
    if failed and len(failed) == len(calls):
        raise TeacherFailedError(
            f"the judge {failed[-1]['model']} answered none of {len(calls)} calls; the last said: {last_error(failed)}"
        )
    return judgements
