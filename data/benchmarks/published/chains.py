"""Chains: published conversations of LLaMA-Factory as problems with a chain of thought each (``data.sources.traces``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.benchmarks.published.material import Material
from data.dialects import get_dialect
from data.sources.config import TracesConfig
from data.sources.problem import Problem, Reason, Reject, RowError, SourceImage
from data.sources.row import RowReader
from data.sources.traces import CHAIN_FIELDS, PLACEHOLDER, ChainReader, question_and_chain

ANSWER = re.compile(r"<answer>((?:(?!<answer>).)*?)</answer>", re.DOTALL)


def read_chain(material: Material, locator: str, row: Mapping[str, Any], dialect: str, picture: SourceImage) -> Problem | Reject:
    """The problem of a row of ``question`` and ``text``, in the dialect of its text, on one picture in whose pixels its places are.

    ``row`` has the known answer in our names; it may have ``teacher``. A text that does not parse stays as a trace with the reason.
    """
    config = TracesConfig(path=Path(material.config.name), dialect=dialect, space="pixel", split=material.config.split)
    rows = RowReader(material.config.name, material.config.split, lambda _: picture, "pixel", ignored=CHAIN_FIELDS)
    return ChainReader(config, get_dialect(dialect), rows).read(locator, dict(row) | {"images": [picture.path or locator]})


def said(turns: Any, key: str) -> tuple[str, str, bool]:
    """What a conversation asks, without places of pictures; what it answers, as one text; and whether that has several turns.

    ``key`` is what the record calls its turns, ``messages`` or ``conversations``. Raises ``RowError``.
    """
    has_turns = isinstance(turns, list) and sum(_is_of_model(turn) for turn in turns) > 1
    question, text = question_and_chain({key: turns}, has_turns=has_turns)
    return question.replace(PLACEHOLDER, "").strip(), text, has_turns


def last_answer(text: str) -> str:
    """What the last answer block of a text holds. Raises ``RowError`` where there is none."""
    found = ANSWER.findall(text)
    if not found:
        raise RowError(Reason.BAD_CHAIN, f"the chain has no answer block, and the row no answer of its own: {text[-80:]!r}")
    return str(found[-1]).strip()


def _is_of_model(turn: Any) -> bool:
    return isinstance(turn, Mapping) and (turn.get("role") or turn.get("from")) in {"assistant", "gpt"}
