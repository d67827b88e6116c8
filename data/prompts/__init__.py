"""Prompts: Jinja templates by name, such as ``student/terse``, each with a hash that enters the lineage of what it made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

FOLDER = Path(__file__).parent
TEMPLATES = jinja2.Environment(undefined=jinja2.StrictUndefined)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: a Jinja template, and the SHA-256 of its text."""

    text: str
    prompt_hash: str

    def render(self, **values: Any) -> str:
        """The text with its values filled in, without white space at its ends. Raises jinja2's ``UndefinedError`` where one lacks."""
        return _template(self.text).render(values).strip()


class UnknownPromptError(ValueError):
    """A prompt that is not there; the text names those that are."""


@cache
def prompt(name: str) -> Prompt:
    """The prompt of that name. Raises ``UnknownPromptError``."""
    if name not in prompt_names():
        raise UnknownPromptError(f"there is no prompt {name!r}; there are {', '.join(prompt_names())}")
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return Prompt(text, hashlib.sha256(text.encode()).hexdigest())


def prompt_names() -> list[str]:
    """The names of all prompts."""
    return sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.txt"))


@cache
def _template(text: str) -> jinja2.Template:
    return TEMPLATES.from_string(text)
