"""Rules by name, and those of a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from data.curation.answers import AnswerCorrect, AnswerIou
from data.curation.form import Duplicate, Length, Parsed, Projection, Steps
from data.curation.judging import Judged
from data.curation.leak import Leak
from data.curation.places import BoxIou, DistinctPoints, PointHit, RightObject
from data.curation.rule import Rule
from data.identity import digest

RULES: dict[str, type[Rule]] = {
    rule.name: rule
    for rule in (
        *(Parsed, AnswerCorrect, AnswerIou, BoxIou, PointHit, RightObject, Steps, DistinctPoints),
        *(Length, Duplicate, Leak, Projection, Judged),
    )
}
"""Every rule by name. A new one is a class and its place here."""


class RuleError(ValueError):
    """A rule or setting that does not exist; the text is one sentence that names those that do."""


def get_rules(rules: Mapping[str, Mapping[str, Any]]) -> list[Rule]:
    """The rules of a recipe, in its order. Raises ``RuleError``."""
    return [_rule(name, settings) for name, settings in rules.items()]


def rules_hash(rules: Sequence[Rule]) -> str:
    """A hash of the rules and all their settings, defaults included."""
    return digest(*([rule.name, rule.model_dump(mode="json")] for rule in rules))


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
