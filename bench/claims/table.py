"""Table: what was found of all claims, as rows of a Markdown table between two marks of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.claims.figures import ACCURACY, FINETUNED, NO_TARGET
from bench.document import Place

PLACE = Place("claims")
GAINS = Place("gains")
HEAD = ("claim", "compared", "decoding", "the papers", "ours, 95 % interval", "detectable", "verdict", "run")
GAINS_HEAD = ("claim", "arm", "decoding", "finetuned", "reinforced", "gain, 95 % interval")
NOT_ASKED = "not asked yet"
NO_FIGURE = "no figure published"
SHORT_COMMIT = 7
Row = Mapping[str, Any]


def rewritten(document: str, results: Iterable[Row], order: Sequence[str]) -> str:
    """The document with the table of the results, where a claim that was not asked has a row that says so, and that of all arms' gains.

    Raises ``ValueError`` where the document has no place for them.
    """
    found = {one["claim"]: one for one in results}
    rows = [line for name in order for line in (_rows(found[name]) if name in found else [_not_asked(name)])]
    gained = [_gain(name, one) for name in order if name in found for one in found[name]["gains"]]
    return GAINS.fill(PLACE.fill(document, HEAD, rows), GAINS_HEAD, gained)


def _rows(result: Row) -> list[Sequence[str]]:
    return [_row(result, one) for one in result["comparisons"]]


def _row(result: Row, one: Row) -> Sequence[str]:
    if one["figure"] == NO_TARGET:
        what, missing = f"{one['better']} over {one['other']}, work to a target", f"no target: {one['other']} itself {points(one['gain'])}"
        return (result["claim"], what, one["mode"], _papers(one), missing, "", "", _run(result))
    is_ratio = one["figure"] not in (ACCURACY, FINETUNED)
    write = _ratio if is_ratio else points
    compared = f"{one['better']} {'over' if is_ratio else 'less'} {one['other']}"
    figure = "" if one["figure"] == ACCURACY else f", {one['figure']}"
    what = compared + figure + (f" to {one['target']:.3f}{_never(one)}" if is_ratio else "")
    ours = f"{write(one['mean'])} ({write(one['low'])} to {write(one['high'])})"
    return (result["claim"], what, one["mode"], _papers(one), ours, write(one["detectable"]), one["verdict"], _run(result))


def _run(result: Row) -> str:
    return f"{result['seeds']} seeds, {result['held_out']} held out, {(result['commit'] or 'no commit')[:SHORT_COMMIT]}"


def _gain(claim: str, one: Row) -> Sequence[str]:
    gain = f"{points(one['mean'])} ({points(one['low'])} to {points(one['high'])})"
    is_clear = one["low"] > 0 or one["high"] < 0
    return (claim, one["arm"], one["mode"], f"{one['before']:.3f}", f"{one['after']:.3f}", f"**{gain}**" if is_clear else gain)


def _papers(one: Row) -> str:
    return "; ".join(f"{figure['said']} ({figure['source']})" for figure in one["paper"]) or NO_FIGURE


def _never(one: Row) -> str:
    missed = ", ".join(f"{arm} {count}" for arm, count in one["never"].items() if count)
    return f" (not reached: {missed})" if missed else ""


def points(value: float) -> str:
    return f"{100 * value:+.1f}"


def _ratio(value: float) -> str:
    return f"{value:.2f}"


def _not_asked(name: str) -> Sequence[str]:
    return (name, NOT_ASKED, *[""] * (len(HEAD) - 2))
