"""Pick: the best of several chains of one sample, by the word of the teacher that wrote them (UniVG-R1, arXiv 2505.14231, figure 2a).

Chains *take part* if they could be read and end in the known answer. All chains stay as rows, exactly one of them ``selected``. Those
that took part have a judgement named ``pick``: 1 for the one picked, 0 for the others. Where no pick could be read the first that took
part is selected, and the judgements have a reason and no value. How the published system asks is not known; the words are our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.rows import Row, trace_from_row
from data.sample import Sample
from data.scoring import score_answer
from models.teacher.call import Call, Reply
from models.teacher.chain import chain_call
from models.teacher.method import Setting

PICK = "pick"
"""The purpose of the calls, the name of the judgements and that of the prompt."""
FORM = re.compile(r"<pick>\s*(\d{1,3})\s*</pick>")


@dataclass(frozen=True, slots=True)
class Pick:
    """The index of the chain that the teacher calls best, or why there is none."""

    index: int | None
    error: str | None
    request_ids: tuple[str, ...] = ()


def read_pick(text: str, count: int) -> Pick:
    """What a reply picks of that many chains; one that names two, or one that is not there, picks none."""
    found = {int(number) for number in FORM.findall(text)}
    if len(found) != 1:
        return Pick(None, f"the reply holds {len(found) or 'no'} picks: {text[:80]!r}")
    (number,) = found
    return Pick(number - 1, None) if 1 <= number <= count else Pick(None, f"{number} is picked of {count} chains")


def taking_part(rows: Sequence[Row], sample: Sample, setting: Setting) -> list[Row]:
    """The chains that could be read whole and do not end in a wrong answer."""
    sizes = [setting.size(image_id) for image_id in sample.image_ids]
    read = [(row, trace_from_row(row)) for row in rows if row["parse_error"] is None]
    return [row for row, trace in read if trace is not None and score_answer(sample, trace.answer, sizes).correct is not False]


async def ask_pick(text: str, count: int, sample: Sample, setting: Setting) -> Pick:
    """The first pick that can be read, of as many replies as are allowed; a call that fails ends the asking."""
    pick, asked = Pick(None, None), list[str]()
    for attempt in range(setting.config.rationalize.pick_attempts):
        reply = await setting.ask(_call(text, attempt, sample, setting))
        asked.append(reply.request_id)
        pick = _read(reply, count)
        if pick.index is not None or not reply.is_final:
            break
    return Pick(pick.index, pick.error, tuple(asked))


def select(rows: Sequence[Row], chosen: Row) -> list[Row]:
    """The chains, the chosen one alone ``selected``."""
    return [row | {"selected": row["trace_id"] == chosen["trace_id"]} for row in rows]


def judgement_rows(rows: Sequence[Row], pick: Pick) -> list[Row]:
    """The pick as a row of ``judgements`` for each chain that took part."""
    values = [None if pick.index is None else float(number == pick.index) for number in range(len(rows))]
    asked = list(pick.request_ids)
    return [
        {"subject_id": row["trace_id"], "name": PICK, "value": value, "request_ids": asked, "error": pick.error}
        for row, value in zip(rows, values, strict=True)
    ]


def _call(text: str, attempt: int, sample: Sample, setting: Setting) -> Call:
    return chain_call(PICK, text, attempt, sample, setting.config)


def _read(reply: Reply, count: int) -> Pick:
    if reply.is_final:
        return read_pick(reply.text or "", count)
    return Pick(None, f"the call was not answered: {(*reply.attempt_errors, reply.status.value)[0]}")
