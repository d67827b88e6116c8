"""Verdicts: what the rules say of each trace. Every rule that fails is recorded; ``reason`` is the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from data.curation.answers import AnswerCorrect, AnswerIou
from data.curation.form import Duplicate, Length, Parsed
from data.curation.places import PointHit
from data.curation.quality import Quality, measure
from data.curation.rule import Candidate, Judge, Rule
from data.identity import digest
from data.rows import trace_from_row
from data.sample import Sample
from data.tables import arrow

RULES: dict[str, type[Rule]] = {rule.name: rule for rule in (Parsed, AnswerCorrect, AnswerIou, PointHit, Length, Duplicate)}
"""Every rule by name. A new one is a class and its place here."""
UNREADABLE = "unreadable"
"""The reason where there is no trace to judge; before all rules, whatever they are."""
NO_SAMPLE = "no_sample"
"""The reason where the trace's sample is not among the samples."""
NO_IMAGE = "no_image"
"""The reason where an image of the sample is not among the images."""
Sizes = Mapping[str, tuple[float, float]]
"""Width and height in pixels by image id."""


class RuleError(ValueError):
    """A rule or setting that does not exist; the text is one sentence that names those that do."""


def get_rules(rules: Mapping[str, Mapping[str, Any]]) -> list[Rule]:
    """The rules of a recipe, in its order. Raises ``RuleError``."""
    return [_rule(name, settings) for name, settings in rules.items()]


def rules_hash(rules: Sequence[Rule]) -> str:
    """A hash of the rules and all their settings, defaults included."""
    return digest(*([rule.name, rule.model_dump(mode="json")] for rule in rules))


def judge_traces(
    samples: Iterable[Sample], traces: Iterable[Mapping[str, Any]], rules: Mapping[str, Mapping[str, Any]], sizes: Sizes | None = None
) -> pa.Table:
    """The rows of ``verdicts`` for rows of ``traces``, in their order. Raises ``RuleError``.

    With ``sizes`` an answer with a place outside its image is wrong. A text that could not be read is dropped under any rules.
    """
    known = {sample.sample_id: sample for sample in samples}
    chosen = get_rules(rules)
    judges = [(rule.name, rule.judge()) for rule in chosen]
    base = {"rules_hash": rules_hash(chosen)}
    return arrow("verdicts", [base | _verdict(row, known.get(row["sample_id"]), judges, sizes) for row in traces])


def _verdict(row: Mapping[str, Any], sample: Sample | None, judges: Sequence[tuple[str, Judge]], sizes: Sizes | None) -> dict[str, Any]:
    ids = {"trace_id": row["trace_id"], "sample_id": row["sample_id"]}
    if sample is None:
        return ids | _lacking(NO_SAMPLE)
    if sizes is not None and not sizes.keys() >= set(sample.image_ids):
        return ids | _lacking(NO_IMAGE)
    trace = trace_from_row(row)
    quality = measure(sample, trace, _sizes(sample, sizes))
    candidate = Candidate(row["trace_id"], sample, trace, row["text"] or "", row["parse_error"], quality)
    failed = [UNREADABLE] if trace is None else []
    failed += [name for name, judge in judges if not judge(candidate)]
    return ids | {"kept": not failed, "reason": failed[0] if failed else None, "failed": failed} | asdict(quality)


def _lacking(reason: str) -> dict[str, Any]:
    return {"kept": False, "reason": reason, "failed": [reason]} | asdict(Quality())


def _sizes(sample: Sample, sizes: Sizes | None) -> list[tuple[float, float]] | None:
    return None if sizes is None else [sizes[image_id] for image_id in sample.image_ids]


def _rule(name: str, settings: Mapping[str, Any]) -> Rule:
    if name not in RULES:
        raise RuleError(f"there is no rule {name!r}; there are {', '.join(RULES)}")
    try:
        return RULES[name].model_validate(dict(settings))
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise RuleError(f"rule {name} does not take its settings ({found}); it takes {_fields(RULES[name])}") from error


def _fields(rule: type[Rule]) -> str:
    return ", ".join(rule.model_fields) or "none"
