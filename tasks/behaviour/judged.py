"""Judged: what chains do by the marks of a language model, beside what is counted of them without one.

What was answered before, in whichever run, is asked of nobody. What was published is found again by its key: the chains, who is asked, by
which prompt and how, and the sources; where the judge listens, the key it wants and the budget are no part of it. A version that lacks
words, since calls failed or the budget was spent, is no end: the next run asks for those alone, and publishes a version beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from data.identity import canonical_json, digest, new_run_id
from data.rows import Row
from data.scoring.behaviour import marked_rows
from data.store import RunFolder, Store, Version
from data.store.images import ImageReader
from models.teacher.call import RequestStatus, last_error
from models.teacher.config import REACHING
from models.teacher.errors import TeacherFailedError
from models.teacher.judge.behaviour import BehaviourJudge, BehaviourQuestion, BehaviourWord, behaviour_prompt
from models.teacher.judge.config import AskedConfig
from models.teacher.judge.judging import judge_all, replay
from tasks.behaviour.chains import Chain, Chains, Reading
from tasks.behaviour.counted import BEHAVIOUR
from tasks.behaviour.subjects import Found
from tasks.endpoint import endpoint, environment_key
from tasks.progress import Progress
from tasks.run import Record, unfinished_run
from tasks.sources import source_hash

MODULES = ("tasks.behaviour.judged",)
"""What decides the rows, beside the chains and what the judge says."""
SECTION = "judge.teacher"
"""Where it is said who judges."""


@dataclass(frozen=True)
class Judged:
    """The version of ``judgements`` that holds a judge's words."""

    version: Version
    is_new: bool
    calls: int = 0
    """How many were made for it now."""
    note: str | None = None
    """That the budget ended it, where it did."""


@dataclass(frozen=True)
class _Asking:
    """What is asked of whom."""

    store: Store
    found: Found
    config: AskedConfig
    chains: Mapping[str, Chain | str]
    settings: Mapping[str, Any]

    @property
    def questions(self) -> list[BehaviourQuestion]:
        pairs = self.chains.items()
        return [BehaviourQuestion(name, chain.sample, chain.trace) for name, chain in pairs if isinstance(chain, Chain)]

    @property
    def key(self) -> str:
        return digest(BEHAVIOUR, dict(self.settings), source_hash(MODULES))


def judge_behaviour(store: Store, found: Found, reading: Reading, config: AskedConfig) -> Judged:
    """Publish what a judge says of chains, unless all of it was published before. Raises ``StoreError`` and, where the endpoint is lost or
    answers no call, ``TeacherError``."""
    asking = _asking(store, found, reading, config)
    questions = asking.questions
    known = replay(store.requests(), questions, partial(BehaviourJudge, config))
    made = store.find(asking.key)
    if made and None not in known:
        return Judged(made.outputs["judgements"], is_new=False)
    run = store.run(unfinished_run(store, asking.key) or new_run_id())
    progress = Progress(done=sum(word is not None for word in known), total=len(questions))
    with ExitStack() as stack:
        stack.enter_context(Record(run, _columns(asking), progress))
        draft = stack.enter_context(
            store.draft(
                stage=BEHAVIOUR,
                stage_key=asking.key,
                run_id=run.run_id,
                parents=[found.version],
                config=asking.settings,
                prompt_hashes=[behaviour_prompt().prompt_hash],
                force=made is not None,
            )
        )
        before = len(run.read("requests"))
        words = _words(asking, run, questions, known, progress)
        note = config.budget.note(sum(word.is_unfinished for word in words), "chains", "the same command goes on with them")
        calls = len(run.read("requests")) - before
        draft.add("judgements", [row | {"run_id": run.run_id} for row in _rows(asking, words)])
        if run.files("requests"):
            run.fold("requests", draft)
        run.record(note=note)
        return Judged(draft.publish().outputs["judgements"], is_new=True, calls=calls, note=note)


def _asking(store: Store, found: Found, reading: Reading, config: AskedConfig) -> _Asking:
    chains = Chains(store, found, reading)
    settings = found.named | {
        "reading": reading.model_dump(mode="json", exclude={"radius"}),
        "absent": digest(*chains.absent),
        "judge": config.model_dump(mode="json", exclude={"teacher": set(REACHING), "budget": True}),
        "prompt": behaviour_prompt().prompt_hash,
    }
    return _Asking(store, found, config, {subject.subject_id: chains.read(subject) for subject in found.subjects}, settings)


def _columns(asking: _Asking) -> dict[str, Any]:
    inputs = {asking.found.version.table_name: asking.found.version.version_id}
    described = {"inputs": canonical_json(inputs), "config": canonical_json(dict(asking.settings))}
    return {"stage": BEHAVIOUR, "stage_key": asking.key, **described}


def _words(
    asking: _Asking,
    run: RunFolder,
    questions: Sequence[BehaviourQuestion],
    known: Sequence[BehaviourWord | None],
    progress: Progress,
) -> list[BehaviourWord]:
    """The words in the order of the questions; those that are not known are asked for."""
    left = [question for question, word in zip(questions, known, strict=True) if word is None]
    fresh = iter(_ask(asking, run, left, progress) if left else [])
    words = [next(fresh) if word is None else word for word in known]
    calls = run.read("requests").to_pylist()
    failed = [row for row in calls if row["status"] == RequestStatus.FAILED]
    if failed and len(failed) == len(calls) and not any(word.counts and word.request_ids for word in words):
        said = f"the judge {asking.config.teacher.model} answered none of {len(calls)} calls"
        raise TeacherFailedError(f"{said}; the last said: {last_error(failed)}")
    return words


def _ask(asking: _Asking, run: RunFolder, questions: Sequence[BehaviourQuestion], progress: Progress) -> list[BehaviourWord]:
    store, config = asking.store, asking.config
    make, images = partial(BehaviourJudge, config), ImageReader(store)
    with endpoint(config.teacher) as base_url:
        key = environment_key(config.teacher)
        return judge_all(store, run, questions, images, config, make, base_url, key, progress.advance, SECTION)


def _rows(asking: _Asking, words: Sequence[BehaviourWord]) -> Iterator[Row]:
    said = {question.subject_id: word.rows(question) for question, word in zip(asking.questions, words, strict=True)}
    for name, chain in asking.chains.items():
        yield from marked_rows(name, None, error=chain) if isinstance(chain, str) else said[name]
