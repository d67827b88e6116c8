"""Behaviour: what ``fovea behaviour`` says: the means of each group of chains, and where a judge marks them too, how far both agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from data.benchmarks.benchmark import Metric
from data.benchmarks.intervals import Interval, mean, rate
from data.benchmarks.sides import Wanted
from data.catalog import write_catalog
from data.faults import told
from data.scoring.behaviour import BEHAVIOUR, JUDGED, MARKED, Measure
from data.store import Store, StoreError
from models.teacher.judge.config import AskedConfig
from tasks.behaviour.chains import Reading
from tasks.behaviour.counted import Noted, note_behaviour
from tasks.behaviour.judged import Judged, judge_behaviour
from tasks.behaviour.subjects import Found, Group, find_subjects

HEADS = ["recipe", "model", "way", "measure", "mean", "low", "high", "n", "not known"]
AGREEMENT_HEADS = ["chains with any", "by phrases", "by the judge", "both or neither", "low", "high", "n"]
Line = tuple[Any, ...]
Values = Mapping[tuple[str, str], float | None]


@dataclass(frozen=True)
class Told:
    """The chains, and what is known of them."""

    found: Found
    noted: Noted
    judged: Judged | None
    values: Values
    """By subject and name of the row."""
    unread: Mapping[str, int]
    """How many chains could not be counted, by the reason."""


def note(
    store: Store, reference: str, settings: dict[str, Any], wanted: Wanted, *, of_traces: bool, judge: AskedConfig | None = None
) -> Told:
    """Counts what the chains do that a reference names, and asks a judge where there is one. Raises ``StoreError`` and ``TeacherError``."""
    try:
        reading = Reading.model_validate({name: value for name, value in settings.items() if value is not None})
    except ValidationError as error:
        raise StoreError(told(error, Reading)) from error
    found = find_subjects(store, reference, wanted, of_traces=of_traces)
    noted = note_behaviour(store, found, reading)
    write_catalog(store)
    judged = None
    if judge is not None:
        judged = judge_behaviour(store, found, reading, judge)
        write_catalog(store)
    versions = [noted.version, *([judged.version] if judged is not None else [])]
    rows = [row for version in versions for row in store.read(version).to_pylist()]
    unread = Counter(row["error"] for row in rows if row["name"] == f"{BEHAVIOUR}{Measure.REGIONS}" and row["value"] is None)
    return Told(found, noted, judged, {(row["subject_id"], row["name"]): row["value"] for row in rows}, unread)


def lines(told: Told, seed: int = 0) -> list[Line]:
    """A line for each group and measure, in the order of ``HEADS``; of predictions also how many are right."""
    names = [f"{BEHAVIOUR}{measure}" for measure in Measure] + [f"{JUDGED}{measure}" for measure in MARKED if told.judged]
    by_group: dict[Group, list[Any]] = defaultdict(list)
    for subject in told.found.subjects:
        by_group[subject.group].append(subject)
    found: list[Line] = []
    for group, subjects in by_group.items():
        for name in names:
            each = [told.values.get((subject.subject_id, name)) for subject in subjects]
            known = [value for value in each if value is not None]
            found.append(_line(group, name.removeprefix(BEHAVIOUR), mean(known, seed) if known else None, len(each) - len(known)))
        hits = [subject.correct for subject in subjects if subject.correct is not None]
        if hits:
            found.append(_line(group, Metric.ACCURACY, rate(hits), len(subjects) - len(hits)))
    return found


def agreement(told: Told) -> list[Line]:
    """For each measure that the judge marks: shares of chains that have any, and how often both say the same of one."""
    found: list[Line] = []
    for measure in MARKED if told.judged else ():
        names = f"{BEHAVIOUR}{measure}", f"{JUDGED}{measure}"
        pairs = [tuple(told.values.get((subject.subject_id, name)) for name in names) for subject in told.found.subjects]
        known = [(counted > 0, judged > 0) for counted, judged in pairs if counted is not None and judged is not None]
        shares = [rate(hits) for hits in ([a for a, _ in known], [b for _, b in known], [a == b for a, b in known])] if known else []
        shown = (*(share.value for share in shares), shares[-1].low, shares[-1].high) if shares else (None,) * 5
        found.append((str(measure), *shown, len(known)))
    return found


def sentences(told: Told) -> Iterator[str]:
    """What could not be counted, where the rows are, and what the judge was asked."""
    for reason, count in told.unread.items():
        yield f"{count} of {len(told.found.subjects)} chains could not be counted: {reason}"
    yield _where("judgements", told.noted)
    if told.judged is not None:
        calls = f", {told.judged.calls} calls" if told.judged.is_new else ""
        yield _where("the judge", told.judged) + calls
        if told.judged.note:
            yield told.judged.note


def _where(whose: str, made: Noted | Judged) -> str:
    was = "now" if made.is_new else "before"
    return f"{made.version.rows} rows of {whose}, written {was}: {made.version.version_id}"


def _line(group: Group, name: str, figure: Interval | None, unknown: int) -> Line:
    shown = (figure.value, figure.low, figure.high, figure.n) if figure else (None, None, None, 0)
    return (group.recipe, group.model, group.way, str(name), *shown, unknown)
