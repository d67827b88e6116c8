"""Facts: the figures of a report, each asked of the corner with SQL."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.benchmarks.benchmark import Metric
from data.rows import Row
from data.sources.canvas import Band
from data.store import Manifest
from tasks.reporting.corner import Corner

BANDED = f"^(.+)/({'|'.join(Band)})$"
"""A category that is a kind in a band of drawn scenes; a kind may have a ``/`` of its own, as those of TreeBench do."""
SCORES = """
select benchmark, protocol, category, metric,
  benchmark || case when protocol <> 'strict' or count(distinct protocol) over (partition by benchmark) > 1
    then ', ' || protocol else '' end as exam,
  model || case when (select count(distinct mode) from scores) > 1 then ', ' || mode else '' end as model,
  nullif(regexp_extract(category, $1, 2), '') as band,
  checkpoint_id, value, ci_low, ci_high, n, benchmark_version, verified
from scores order by benchmark, protocol, category = 'all' desc, coalesce(nullif(regexp_extract(category, $1, 1), ''), category),
  list_position($2, band) nulls first, category, metric, run_id
"""
DOLLARS = """
case when not bool_or(coalesce(prompt_tokens + completion_tokens, 0) > 0 and cost_usd is null) then coalesce(sum(cost_usd), 0) end
"""
"""What some calls cost; NULL where tokens of one were paid for and its price is not known, since a part would pass for the whole."""
REQUESTS = f"""
select run_id, count(*) as requests, count(*) filter (where status <> 'ok') as failed, coalesce(sum(prompt_tokens), 0) as prompt_tokens,
  coalesce(sum(completion_tokens), 0) as completion_tokens, {DOLLARS} as dollars
from requests group by run_id
"""
FUNNEL = (
    (
        "source rows",
        "select (select count(*) from samples) + (select count(*) from rejects join stages using (run_id) where stage = 'ingest')",
    ),
    ("samples taken", "select count(*) from samples"),
    (
        "samples asked of the teacher",
        "select count(distinct sample_id) from requests where coalesce(not starts_with(purpose, 'judge'), true)",
    ),
    ("traces written", "select count(*) from traces"),
    ("traces that parse", "select count(*) from traces where parse_error is null"),
    ("traces chosen of these", "select count(*) from traces where parse_error is null and selected is not false"),
    (
        "traces kept",
        "select count(*) from verdicts semi join (select trace_id from traces where selected is not false) using (trace_id) where kept",
    ),
    ("training conversations", "select count(*) from sft"),
    ("conversations seen in training", "select count(distinct trace_id) from seen"),
)
REJECTS = """
select source, reason, count(*) as rows, any_value(detail) as example from rejects left join stages using (run_id)
where stage is distinct from 'publish' group by all order by rows desc, source, reason
"""
REWARDS = """
with parts as (
  select run_id, step, outcome, reward, unnest(map_entries(rewards)) as part from rollouts)
select step, part.key as name, avg(part.value) as value from parts group by all
union all select step, 'outcome', avg(outcome) from rollouts group by step
order by name, step
"""
SIGNAL = """
select step, avg(effective::int) as with_signal, avg(outcome_mean) as outcome from groups group by step order by step
"""
METRICS = """
select s.stage, m.name, m.step, m.value from metrics m join stages s using (run_id)
where m.value is not null and not isnan(m.value) order by m.run_id, m.name, m.step
"""


@dataclass(frozen=True, slots=True)
class Expense:
    """What one stage cost."""

    stage: str
    run_id: str
    seconds: float | None
    requests: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float | None = 0.0
    """None where tokens were paid for and no price is known."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the funnel."""

    name: str
    rows: int
    share: float
    """Of the widest level."""


def scores(corner: Corner) -> list[Row]:
    """Every figure, the whole first, with the ``band`` of its category, None where that is none, and the ``exam``: its benchmark, and the
    protocol where that is not strict or not the only one."""
    return corner.ask(SCORES, [BANDED, list(map(str, Band))])


def headlines(rows: list[Row]) -> list[Row]:
    """The macro accuracy of each model, in the order they were made."""
    return [row for row in rows if row["metric"] == Metric.MACRO_ACCURACY]


def expenses(corner: Corner) -> list[Expense]:
    """One line per stage, oldest first, and before them one for each earlier run whose calls they go on from."""
    asked = {row.pop("run_id"): row for row in corner.ask(REQUESTS)}
    here = {manifest.run_id for manifest in corner.manifests}
    earlier = [_earlier(corner, run_id, row) for run_id, row in asked.items() if run_id not in here]
    return earlier + [_expense(corner, manifest, asked.get(manifest.run_id, {})) for manifest in corner.manifests]


def total(lines: list[Expense]) -> Expense:
    """The sum of all lines; no dollars where those of one are not known."""
    names = ("requests", "failed", "prompt_tokens", "completion_tokens")
    sums: dict[str, Any] = {name: sum(getattr(line, name) for line in lines) for name in names}
    paid = [line.dollars for line in lines if line.dollars is not None]
    dollars = sum(paid) if len(paid) == len(lines) else None
    return Expense("all", "", sum(line.seconds or 0.0 for line in lines), **sums, dollars=dollars)


def funnel(corner: Corner) -> list[Level]:
    """Levels from the source to training; those of stages that are not here are left out."""
    counts = [(name, int(next(iter(corner.ask(sql)[0].values())) or 0)) for name, sql in FUNNEL]
    widest = max((rows for _, rows in counts), default=0)
    return [Level(name, rows, rows / widest) for name, rows in counts if rows]


def rejects(corner: Corner) -> list[Row]:
    """Source rows that were not taken, by reason."""
    return corner.ask(REJECTS)


def rewards(corner: Corner) -> dict[str, list[tuple[float, float]]]:
    """Mean of the outcome and of each reward part by step."""
    return _series((row["name"], row["step"], row["value"]) for row in corner.ask(REWARDS))


def signal(corner: Corner) -> list[Row]:
    """Share of groups with a signal, by step."""
    return corner.ask(SIGNAL)


def metrics(corner: Corner) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """By stage, every training metric over steps."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in corner.ask(METRICS):
        found[row["stage"]].append(row)
    return {stage: _series((row["name"], row["step"], row["value"]) for row in rows) for stage, rows in found.items()}


def _series(rows: Any) -> dict[str, list[tuple[float, float]]]:
    series: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, step, value in rows:
        if value is not None:
            series[name].append((step, value))
    return dict(series)


def _expense(corner: Corner, manifest: Manifest, asked: Row) -> Expense:
    recorded = corner.store.run(manifest.run_id).recorded()
    seconds = _seconds(recorded.get("started_at"), recorded.get("finished_at"))
    return Expense(corner.title(manifest), manifest.run_id, seconds, **asked)


def _earlier(corner: Corner, run_id: str | None, asked: Row) -> Expense:
    """What of an earlier run's calls was used again; its time was spent on others too, and is not told."""
    stage = corner.store.run(run_id).recorded().get("stage") if run_id else None
    return Expense(f"{stage or 'unknown'}, an earlier run", run_id or "", None, **asked)


def _seconds(started: datetime | None, finished: datetime | None) -> float | None:
    return (finished - started).total_seconds() if started and finished else None
