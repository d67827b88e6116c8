"""Traces: the chains of one tree as rows of ``traces``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.dialects import get_dialect
from data.identity import digest
from data.prompts import prompt
from data.rows import Row, trace_to_row
from data.sample import Sample
from data.space import Frame
from data.trace import Step, Trace
from models.teacher.config import GenerateConfig
from models.teacher.linearize.balance import surplus
from models.teacher.linearize.chain import Chain, chains_of
from models.teacher.linearize.config import LinearizeConfig
from models.teacher.linearize.looks import with_looks
from models.teacher.linearize.sieve import LeftOut, fault

TURN_BACK, CLOSING = "teacher/linearize/turn_back", "teacher/linearize/closing"
"""Files of thoughts, one a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A chain as it is said, and why it is not taken by itself."""

    chain: Chain
    trace: Trace
    text: str
    fault: str | None


def linearize(sample: Sample, nodes: Sequence[Row], config: GenerateConfig, frames: Sequence[Frame], prompt_hash: str) -> list[Row]:
    """The traces of one tree, whole rows in the order of its nodes; those that are left out say why and are not ``selected``.

    Points of an answer are no points of the reasoning. Raises ``ValueError`` where the rows are not those of one whole tree.
    """
    lines = [_line(chain, sample, config, frames) for chain in chains_of(nodes, config.linearize.right_from)]
    reasons = _reasons(lines, config.linearize)
    return [_row(number, line, reasons.get(number), sample, config, prompt_hash) for number, line in enumerate(lines)]


def prompt_hashes(config: LinearizeConfig) -> list[str]:
    """Hashes of the files that give words of their own to chains."""
    return [prompt(name).prompt_hash for name in ((TURN_BACK, CLOSING) if config.zooms else (TURN_BACK,))]


def _line(chain: Chain, sample: Sample, config: GenerateConfig, frames: Sequence[Frame]) -> Line:
    chosen = digest(sample.sample_id, chain.node_id, list(chain.request_ids))
    turn_back, closing = _thought(TURN_BACK, chosen), _thought(CLOSING, chosen)
    published = config.linearize.form == "published"
    steps = chain.as_published(turn_back) if published else chain.said_once(turn_back)
    said = with_looks(steps, closing, config.linearize) if config.linearize.zooms else steps
    text = get_dialect(config.dialect).render(Trace(said, chain.answer), frames, sample.task)
    return Line(chain, Trace(said, chain.answer), text, fault(chain, steps, text, turn_back, frames, config.linearize))


def _thought(name: str, chosen: str) -> Step:
    """One of a file's thoughts, chosen by a hash."""
    thoughts = prompt(name).render().splitlines()
    return Step(thoughts[int(chosen[:13], 16) % len(thoughts)])


def _reasons(lines: Sequence[Line], config: LinearizeConfig) -> dict[int, str]:
    """Why which lines are left out: by themselves, as duplicates, or as too many."""
    first: dict[str, int] = {}
    reasons: dict[int, str] = {}
    for number, line in enumerate(lines):
        if line.fault is not None:
            reasons[number] = line.fault
        elif (same := first.setdefault(line.text, number)) != number:
            reasons[number] = LeftOut.DUPLICATE.because(f"candidate {same} has the same text")
    good = [number for number in range(len(lines)) if number not in reasons]
    beyond = surplus([lines[number].chain for number in good], [lines[number].text for number in good], config)
    return reasons | {good[index]: reason for index, reason in beyond.items()}


def _row(number: int, line: Line, reason: str | None, sample: Sample, config: GenerateConfig, prompt_hash: str) -> Row:
    return trace_to_row(
        line.trace,
        sample_id=sample.sample_id,
        request_ids=list(line.chain.request_ids),
        method=line.chain.method,
        teacher=config.teacher.model,
        dialect=config.dialect,
        candidate=number,
        selected=reason is None,
        text=line.text,
        parse_error=None,
        prompt_hash=prompt_hash,
        left_out=reason,
    )
