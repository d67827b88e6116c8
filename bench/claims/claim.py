"""Claim: a question with its arms, its comparisons and the papers' figures, as ``claims.toml`` holds them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from data.config import Section

CLAIMS = Path(__file__).with_name("claims.toml")
GROUND = ("recipe", "asked", "pool", "test")
"""What a claim that is ``same_as`` another takes from it where it has none of its own."""
RECIPE = Path(__file__).with_name("base.toml")


class PaperFigure(Section):
    """What a paper found."""

    said: str
    """The difference in the paper's own measure."""
    source: str


class Comparison(Section):
    """One arm less another."""

    better: str
    """The arm that the papers favour."""
    other: str
    paper: list[PaperFigure]
    """Empty where no paper has a figure."""


class Arm(Section):
    """One way to train or to ask."""

    recipe: dict[str, Any] = {}
    """Settings laid over the claim's, in every stage."""
    asked: dict[str, Any] = {}
    """How it is asked the held-out samples: fields of ``AskingConfig``."""
    is_reinforced: bool = True
    """Whether the student is reinforced after it was finetuned."""


class Claim(Section):
    """One question."""

    name: str
    question: str
    recipe: dict[str, Any] = {}
    """Settings laid over the base recipe for all arms."""
    asked: dict[str, Any] = {}
    """How all arms are asked, where they do not say otherwise."""
    pool: list[dict[str, Any]]
    """Sources of what is reinforced on."""
    test: list[dict[str, Any]]
    """Sources of what is held out."""
    steps: list[int] = Field(min_length=1)
    """Updates after which the students are measured; the last ones are compared."""
    measure: Literal["accuracy", "target"] = "accuracy"
    """``target`` also compares how many updates, and rollouts, a share of the other arm's gain takes."""
    arms: dict[str, Arm]
    comparisons: list[Comparison] = Field(min_length=1)

    @model_validator(mode="after")
    def _compares_its_arms(self) -> Self:
        named = {name for one in self.comparisons for name in (one.better, one.other)}
        if unknown := named - self.arms.keys():
            raise ValueError(f"claim {self.name} compares {', '.join(sorted(unknown))}; its arms are {', '.join(self.arms)}")
        return self


def read_claims(path: Path = CLAIMS) -> dict[str, Claim]:
    """Every claim by name."""
    with path.open("rb") as file:
        written = tomllib.load(file)
    return {name: Claim.model_validate(_filled(name, fields, written)) for name, fields in written.items()}


def _filled(name: str, fields: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """What is written of a claim, with the ground of the one whose students it asks."""
    own = dict(fields)
    other = written[own.pop("same_as")] if "same_as" in own else {}
    return {"name": name} | {key: other[key] for key in GROUND if key in other} | own
