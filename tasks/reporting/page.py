"""Page: the report as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from data.benchmarks.benchmark import Metric
from data.benchmarks.figures import ALL
from data.rows import Row
from data.store import Store, Version
from data.trees import layout
from tasks.reporting import facts
from tasks.reporting.charts import Bar, curves, intervals
from tasks.reporting.corner import Corner
from tasks.reporting.gallery import Gallery
from tasks.reporting.lineage import WIDTH, lay_out
from tasks.reporting.neighbours import neighbours
from tasks.reporting.trees import trees
from tasks.reporting.ways import methods_of, reasons, ways

TEMPLATE = "report.html.j2"
FURTHER_METRICS = ("kl", "entropy", "mean_token_accuracy")
"""Metrics that are drawn beside the loss where a stage has them."""


def render_report(store: Store, versions: Iterable[Version], *, title: str, description: str = "", gallery: int = 12) -> str:
    """The page about the versions and everything they came from.

    ``gallery`` is the number of traces, rollouts and predictions shown with their pictures, each.
    """
    with Corner(store, versions) as corner:
        scores = facts.scores(corner)
        expenses = facts.expenses(corner)
        content = {
            "title": title,
            "description": description,
            "made": max((manifest.created_at for manifest in corner.manifests), default=None),
            "revisions": sorted({(_revision(manifest.outputs) or "unknown")[:12] for manifest in corner.manifests}),
            "headlines": facts.headlines(scores),
            "scores": scores,
            "charts": _score_charts(scores),
            "published": neighbours(corner, scores),
            "graph": lay_out(corner.manifests, [corner.title(manifest) for manifest in corner.manifests]),
            "node_width": WIDTH,
            "expenses": expenses,
            "total": facts.total(expenses),
            "funnel": facts.funnel(corner),
            "rejects": facts.rejects(corner),
            "ways": ways(corner),
            "reasons": reasons(corner),
            "methods": methods_of(reasons(corner)),
            "trees": list(trees(corner, gallery)),
            "node": {"width": layout.WIDTH, "height": layout.HEIGHT},
            "curves": _curves(corner),
            "shelves": Gallery(corner, gallery).shelves(),
        }
    return environment().get_template(TEMPLATE).render(content)


def _score_charts(scores: list[Row]) -> list[str]:
    """For each benchmark, protocol and metric a chart of its kinds, and one of its kinds by band; the whole is the mean of its kinds.

    A model has one colour in all of them.
    """
    named: dict[str, dict[str, dict[str, Bar]]] = {}
    for row in scores:
        if row["metric"] == Metric.PARSED or (row["metric"], row["category"]) == (Metric.ACCURACY, ALL):
            continue
        metric = str(Metric.ACCURACY if row["metric"] == Metric.MACRO_ACCURACY else row["metric"]).replace("_iou", " IoU")
        chart = f"{row['exam']}, {metric}{', by band' if row['band'] else ''}"
        named.setdefault(chart, {}).setdefault(row["category"], {})[row["model"]] = (row["value"], row["ci_low"], row["ci_high"])
    models = list(dict.fromkeys(row["model"] for row in scores))
    return [intervals(chart, groups, models) for chart, groups in sorted(named.items())]


def _curves(corner: Corner) -> list[str]:
    """What was rewarded first, then how each training went."""
    drawn = []
    rewards = facts.rewards(corner)
    if rewards:
        drawn.append(curves("reinforce: outcome and reward parts", rewards, unit_range=_is_share(rewards)))
        signal = [(row["step"], row["with_signal"]) for row in facts.signal(corner)]
        drawn.append(curves("reinforce: share of groups with a signal", {"share": signal}, unit_range=True))
    return drawn + [chart for stage, series in facts.metrics(corner).items() for chart in _metric_curves(stage, series)]


def _metric_curves(stage: str, series: Mapping[str, list[tuple[float, float]]]) -> list[str]:
    losses = {name: points for name, points in series.items() if "loss" in name}
    further = {name: points for name, points in series.items() if name in FURTHER_METRICS}
    charts = [curves(f"{stage}: loss", losses)] if losses else []
    return charts + [curves(f"{stage}: {name.replace('_', ' ')}", {name: points}) for name, points in further.items()]


def _is_share(series: Mapping[str, list[tuple[float, float]]]) -> bool:
    return all(0 <= value <= 1 for points in series.values() for _, value in points)


def _revision(outputs: Mapping[str, Version]) -> str | None:
    return next((version.code_revision for version in outputs.values()), None)


def environment() -> Environment:
    """The templates of pages, with the filters they use."""
    made = Environment(
        loader=PackageLoader("tasks.reporting"),
        autoescape=select_autoescape(("html", "j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["figure"] = _figure
    made.filters["seconds"] = _seconds
    return made


def _figure(value: float | None) -> str:
    return "open" if value is None else f"{value:.3f}"


def _seconds(value: Any) -> str:
    if value is None:
        return "unknown"
    return f"{value:.1f} s" if value < 120 else f"{int(value // 60)} min {int(value % 60)} s"
