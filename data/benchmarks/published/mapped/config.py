"""Map: a TOML file that says which column of a question set is what, and so makes a benchmark of it.

A *column* is a field of a record, whether its file is Parquet, JSON or JSON lines, or a data set of the hub. A *part* is a share of the
records that is reported by itself.
"""

from __future__ import annotations

import re
import string
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

import jinja2
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator

from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.registry import UnknownPublishedError
from data.config import Section
from data.prompts import Prompt

QuestionKind = Literal["choice", "text", "yesno"]
LETTERS = string.ascii_uppercase


class MapError(UnknownPublishedError):
    """A TOML file that maps no question set; the text is one sentence that names the file."""


def _check_pattern(text: str) -> str:
    """Raise ``ValueError`` unless the text is a regular expression with one group."""
    try:
        groups = re.compile(text).groups
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    if groups != 1:
        raise ValueError(f"{text!r} should have one group, which holds a choice's text, not {groups}")
    return text


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Pattern = Annotated[str, AfterValidator(_check_pattern)]
Names = Annotated[list[str], BeforeValidator(_listed), Field(min_length=1)]
"""One name or a list of them."""


class ChoicesConfig(Section):
    """Where a record has its choices."""

    columns: Names
    """One column that holds a list, or a text that ``pattern`` splits; or a column for each choice, of which empty ones are left out."""
    pattern: Pattern | None = None
    """A regular expression whose group is a choice's text: each entry of a list is one match, and each match in a text is one entry."""


class ColumnsConfig(Section):
    """Which column is what; a column not named is not read."""

    images: Names
    """Columns of one image or of a list of them, in the order in which they are shown; empty ones are left out."""
    image_form: Literal["stored", "base64"] = "stored"
    """``stored``: bytes, a struct of bytes and path, or the path of a file. ``base64``: such bytes as text."""
    question: Names
    """Of several, what they hold is joined by line breaks."""
    choices: ChoicesConfig | None = None
    answer: str
    answer_form: Literal["letter", "from_zero", "from_one", "text"] = "text"
    """How a choice is named: ``B`` or ``(B)``, its number counted from 0 or from 1, or its text; other kinds know the text alone."""
    category: str | None = None
    """What scores are reported by; without it, the part."""
    identity: str | None = None
    """What the set itself calls a record; without it, the place in its file."""
    kept: list[str] = []
    """Further columns, which are kept in ``meta``."""


class PartConfig(Section):
    """A share of the records."""

    name: str
    files: Names = ["*.parquet", "data/*.parquet", "*.jsonl", "*.json"]
    """Names or globs in a local folder, of which the first that finds something is read; Parquet, JSON or JSON lines."""
    subset: str | None = None
    """The configuration on the hub."""
    split: str = "test"
    """The split on the hub."""
    where: dict[str, str] = {}
    """Text that columns must hold for a record to be of this part."""
    count: int | None = Field(default=None, ge=0)
    """The published number of its records."""


class MapConfig(Section):
    """A question set that others have published."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    """What recipes and tables call it."""
    title: str
    """What papers call it."""
    kind: QuestionKind
    without_choices: Literal["text", "yesno"] | None = None
    """The kind of records of a choice set in which no choices are found; without it they are rejects."""
    form: str
    """What its files are, in words."""
    repository: str | None = None
    """Its id on the Hugging Face hub."""
    licence: str | None = None
    source: str
    """Where its columns were read: repository, revision and file, or an address."""
    verified: bool = False
    """Whether they were read there, and not guessed from a description."""
    metrics: list[str] = ["accuracy"]
    """What is reported of it, in words."""
    protocols: list[str] = Field(default=[STRICT], min_length=1)
    """Ways of judging, its default first."""
    prompt: str | None = None
    """A Jinja template of ``question`` and ``choices`` (pairs of letter and text), which stands for the question as the student's own
    prompt shows it."""
    images: int = Field(default=1, gt=0)
    """How many images a record has at most, for plans."""
    columns: ColumnsConfig
    parts: list[PartConfig] = Field(min_length=1)

    @field_validator("prompt")
    @classmethod
    def _renders(cls, text: str | None) -> str | None:
        try:
            if text is not None:
                written(text).render(question="Which?", choices=[("A", "this"), ("B", "that")])
        except jinja2.TemplateError as error:
            raise ValueError(f"the prompt is no template of question and choices: {error}") from error
        return text

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind == "choice" and self.columns.choices is None:
            raise ValueError("a choice set should say in columns.choices where its choices are")
        if self.kind != "choice" and (self.columns.choices is not None or self.columns.answer_form != "text"):
            raise ValueError(f"a {self.kind} set has neither columns.choices nor an answer_form")
        names = [part.name for part in self.parts]
        if len(set(names)) < len(names):
            raise ValueError(f"every part should have a name of its own, not {', '.join(names)}")
        return self

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every column that is read."""
        columns, choices = self.columns, self.columns.choices
        named = [*columns.images, *columns.question, *(choices.columns if choices else ()), columns.answer, *columns.kept]
        named += [name for name in (columns.category, columns.identity) if name is not None]
        return tuple(dict.fromkeys(named + [name for part in self.parts for name in part.where]))


def written(text: str) -> Prompt:
    """A template of a map as a prompt."""
    return Prompt(text, sha256(text.encode()).hexdigest())


def read_map(path: Path) -> MapConfig:
    """The map of a TOML file. Raises ``MapError``."""
    try:
        return MapConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise MapError(f"{path.absolute()} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MapError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        raise MapError(f"{path}: {_sentences(error)}") from error


def _sentences(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'map'}: {one['msg']}" for one in error.errors())
