"""Charts: curves and intervals as small SVG drawings."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLORS = ("#4269d0", "#f46d00", "#1a9850", "#9c6ade", "#d6336c", "#7a6a53")
"""Of series, in order."""
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "fovea",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.edgecolor": "#b9bec7",
    "axes.labelcolor": "#4a5160",
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "xtick.color": "#4a5160",
    "ytick.color": "#4a5160",
}

Curve = Sequence[tuple[float, float]]
Bar = tuple[float, float | None, float | None]
"""A value and the ends of its interval."""


def curves(title: str, series: Mapping[str, Curve], *, y_label: str = "", unit_range: bool = False) -> str:
    """Lines over steps, one for each name, as SVG."""
    with rc_context(STYLE):
        figure = Figure(figsize=(3.9, 2.5), layout="constrained")
        axes = figure.subplots()
        for color, (name, points) in zip(_cycle(len(series)), series.items(), strict=True):
            marker = "o" if len(points) < 25 else None
            axes.plot([x for x, _ in points], [y for _, y in points], color=color, label=name, linewidth=1.6, marker=marker, markersize=3)
        axes.set_title(title)
        axes.set_xlabel("step")
        axes.set_ylabel(y_label)
        steps = {x for points in series.values() for x, _ in points}
        if len(steps) == 1:
            axes.set_xlim(min(steps) - 1, min(steps) + 1)
        axes.locator_params(axis="x", integer=True, nbins=8)
        if unit_range:
            axes.set_ylim(-0.03, 1.03)
        _clean(axes)
        if len(series) > 1:
            axes.legend(frameon=False, fontsize=8)
        return _svg(figure)


def intervals(title: str, groups: Mapping[str, Mapping[str, Bar]], models: Sequence[str]) -> str:
    """For each category (a line) the value of each model (a colour, by its place in ``models``) with its interval, on a scale of 0 to 1."""
    colors = dict(zip(models, _cycle(len(models)), strict=True))
    shown = [model for model in models if any(model in figures for figures in groups.values())]
    with rc_context(STYLE):
        figure = Figure(figsize=(7.4, 0.8 + 0.36 * max(1, len(groups))), layout="constrained")
        axes = figure.subplots()
        for place in range(1, len(groups), 2):
            axes.axhspan(place - 0.5, place + 0.5, color="#f6f7f9", zorder=0)
        for number, model in enumerate(shown):
            shift = (number - (len(shown) - 1) / 2) * 0.22
            bars = [(place + shift, figures[model]) for place, figures in enumerate(groups.values()) if model in figures]
            _series(axes, model, colors[model], bars)
        axes.set_title(title)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.5, len(groups) - 0.5)
        axes.set_yticks(range(len(groups)), labels=list(groups))
        axes.invert_yaxis()
        _clean(axes, grid="x")
        axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
        return _svg(figure)


def _series(axes: Axes, model: str, color: str, bars: Sequence[tuple[float, Bar]]) -> None:
    for y, (_, low, high) in bars:
        if low is not None and high is not None:
            axes.plot([low, high], [y, y], color=color, linewidth=2.2, alpha=0.45, solid_capstyle="round")
    axes.plot([value for _, (value, _, _) in bars], [y for y, _ in bars], "o", color=color, markersize=5, label=model)


def _cycle(count: int) -> list[str]:
    return [COLORS[number % len(COLORS)] for number in range(count)]


def _clean(axes: Axes, grid: Any = "y") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis=grid, color="#e7e9ee", linewidth=0.8)
    axes.set_axisbelow(True)


def _svg(figure: Figure) -> str:
    """The drawing without its XML head, so that it can stand in a page; the same figure gives the same text."""
    buffer = io.StringIO()
    figure.patch.set_alpha(0)
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawing = buffer.getvalue()
    return re.sub(r"<metadata>.*?</metadata>", "", drawing[drawing.index("<svg") :], flags=re.DOTALL)
