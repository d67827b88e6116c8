"""Asking: who judges, as a command is told: by a word, by a TOML file with a table ``judge``, and by settings laid over either."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data.config import Section
from data.faults import told
from flows.recipe import RecipeError, merge, read_toml
from models.teacher.config import EMBEDDED
from models.teacher.judge.config import AskedConfig


class JudgeFile(Section):
    """What a file says of a judge."""

    judge: AskedConfig = AskedConfig()


def read_judge(who: str | None, overrides: Mapping[str, Any]) -> AskedConfig | None:
    """The judge of ``embedded``, ``PROVIDER/MODEL`` or ``FILE.toml``; None where nobody is asked. Raises ``RecipeError``."""
    if who is None:
        if overrides:
            raise RecipeError(f"{next(iter(overrides))} says how a judge is asked, and none is named; add --judge")
        return None
    try:
        return JudgeFile.model_validate(merge(_said(who), overrides)).judge
    except ValidationError as error:
        raise RecipeError(f"the judge {who}: {told(error, JudgeFile)}") from error


def _said(who: str) -> dict[str, Any]:
    path = Path(who)
    if path.suffix == ".toml":
        return read_toml(path, f"there is no file {path}, which should say who judges")
    return {"judge": {"teacher": _teacher(who)}}


def _teacher(who: str) -> dict[str, str]:
    provider, _, model = who.partition("/")
    if not provider or not (model or who == EMBEDDED):
        raise RecipeError(f"a judge is {EMBEDDED}, PROVIDER/MODEL or FILE.toml, not {who!r}")
    return {"provider": provider} | ({"model": model} if model else {})
