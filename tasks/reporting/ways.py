"""Ways: the funnel from calls to conversations for each way of making traces, what it cost, and why traces fell out.

A *way* is a method with all its calls: a search makes direct and corrected chains of the same calls, so they share a way and its cost; the
pick among explanations belongs to them. A call counts once, however many traces it is in, and also where it is in none. Reasons that differ
in their numbers only are one reason.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from data.rows import Row
from tasks.reporting.corner import Corner
from tasks.reporting.facts import DOLLARS

CALLS = f"""
select case when purpose = 'pick' then 'rationalize' else purpose end as way, count(*) as calls,
  count(*) filter (where status <> 'ok') as failed, count(distinct sample_id) as samples,
  coalesce(sum(prompt_tokens + completion_tokens), 0) as tokens, {DOLLARS} as dollars
from requests group by way
"""
TRACES = """
with made as (
  select distinct trace_id, sample_id, method, case when starts_with(method, 'tree_') then 'tree' else method end as way,
    selected is not false as chosen, parse_error is null and steps is not null as readable,
    trace_id in (select trace_id from verdicts where kept) as kept, trace_id in (select trace_id from sft) as published
  from traces)
select way, method, count(*) as traces, count(distinct sample_id) as samples, count(*) filter (where chosen) as chosen,
  count(*) filter (where chosen and readable) as readable, count(*) filter (where chosen and kept) as kept,
  count(*) filter (where published) as published
from made group by grouping sets ((way), (way, method))
"""
REASONS = """
with made as (
  select distinct trace_id, method, selected is not false as is_chosen, steps is not null as is_read, parse_error, left_out from traces),
gone as (
  select 'left out' as place, coalesce(nullif(split_part(left_out, ':', 1), ''), 'another was picked') as reason, trace_id
  from made where is_read and not is_chosen
  union select 'not readable', regexp_replace(parse_error, '-?[0-9]+([.][0-9]+)?', 'n', 'g'), trace_id from made where not is_read
  union select 'dropped by rule', unnest(coalesce(failed, [reason])), trace_id
  from verdicts semi join (select trace_id from made where is_read) using (trace_id) where not kept
  union select 'not published', r.reason, m.trace_id
  from rejects r join stages using (run_id) join made m on m.trace_id = split_part(r.locator, '/', 1)
  where stage = 'publish' and is_read and is_chosen),
counted as (select *, count(*) over (partition by trace_id) = 1 as is_alone from gone)
select place, reason, method, count(*) as traces, count(*) filter (where is_alone) as alone
from counted join (select distinct trace_id, method from made) using (trace_id) group by all
"""
PLACES = ("left out", "not readable", "dropped by rule", "not published")
"""Where traces fall out, in order."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way's line, or that of one of its methods, which has no calls of its own."""

    name: str
    is_part: bool = False
    samples: int = 0
    calls: int = 0
    failed: int = 0
    tokens: int = 0
    dollars: float | None = 0.0
    """None where tokens were paid for and no price is known."""
    traces: int = 0
    chosen: int = 0
    """Traces that nothing left out when they were made."""
    readable: int = 0
    kept: int = 0
    published: int = 0

    @property
    def tokens_each(self) -> float | None:
        """Tokens for each kept trace."""
        return self.tokens / self.kept if self.kept and self.tokens else None

    @property
    def dollars_each(self) -> float | None:
        """Dollars for each kept trace."""
        return self.dollars / self.kept if self.kept and self.dollars is not None else None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why traces fell out at one place."""

    place: str
    reason: str
    traces: int
    alone: int
    """Those that nothing else speaks against."""
    by_method: dict[str, int]


def ways(corner: Corner) -> list[Way]:
    """Every way in the order of its name, each followed by its methods where there are several."""
    calls = {row["way"]: row for row in corner.ask(CALLS)}
    made: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(corner.ask(TRACES), key=lambda row: row["method"] or ""):
        made[row["way"]].append(row)
    return [line for name in sorted(calls.keys() | made.keys()) for line in _lines(name, calls.get(name, {}), made[name])]


def reasons(corner: Corner) -> list[Reason]:
    """Why traces fell out, place by place, the most frequent reason first; a trace that several speak against is in each."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in corner.ask(REASONS):
        found.setdefault((row["place"], row["reason"] or "unknown"), []).append(row)
    lines = [
        Reason(place, reason, _sum(rows, "traces"), _sum(rows, "alone"), {row["method"]: row["traces"] for row in rows})
        for (place, reason), rows in found.items()
    ]
    return sorted(lines, key=lambda line: (PLACES.index(line.place), -line.traces, line.reason))


def methods_of(lines: list[Reason]) -> list[str]:
    """The methods whose traces fell out anywhere."""
    return sorted({method for line in lines for method in line.by_method})


def _lines(name: str, calls: Row, made: list[Row]) -> list[Way]:
    whole = next((row for row in made if row["method"] is None), {})
    parts = [row for row in made if row["method"] is not None]
    counts: dict[str, Any] = {column: whole.get(column) or 0 for column in ("traces", "chosen", "readable", "kept", "published")}
    samples = max(calls.get("samples") or 0, whole.get("samples") or 0)
    asked: dict[str, Any] = {column: calls.get(column, 0) for column in ("calls", "failed", "tokens", "dollars")}
    line = Way(name, samples=samples, **asked, **counts)
    return [line] if len(parts) < 2 else [line, *map(_part, parts)]


def _part(row: Row) -> Way:
    return Way(**{name: value for name, value in row.items() if name not in ("way", "method")}, name=row["method"], is_part=True)


def _sum(rows: list[Row], column: str) -> int:
    return sum(row[column] for row in rows)
