"""ViGoRL's records: rows of its four domains, as its data set on the hub has them (gsarch/vigorl_datasets, arXiv 2505.23678).

A row of reinforcement learning is ``{"problem", "answer", "images"}``; a row that search and evaluation read is ``{"id", "image",
"conversations"}`` with a question and an answer. Pictures are named from the data set's root on.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.benchmarks.published.lettered import LEAD, named_choice, split_lettered
from data.benchmarks.published.material import FilesOfParts, Material, Record, required
from data.benchmarks.published.web_steps import step_of, verb_of
from data.sample import Task
from data.sources.problem import Reason, RowError, SourceError

REPOSITORY = "gsarch/vigorl_datasets"
DOMAINS = ("web_grounding", "spatial_reasoning", "visual_search", "web_action")
"""Folders of the data set, and the parts of what is read from it."""
Asked = tuple[str, str, list[Any]]
"""Question, answer and pictures of a row."""


def asked(record: Record) -> Asked:
    """Question, answer and pictures of a row of either form. Raises ``RowError``."""
    if record.get("conversations") is not None:
        turns, image = required(record, "conversations", "image")
        said = [turn.get("value") for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
        (question, answer), images = (*said, None, None)[:2], [image]
    else:
        question, answer, images = required(record, "problem", "answer", "images")
    if not (isinstance(question, str) and isinstance(answer, str) and isinstance(images, list) and images):
        reason = f"a row has a question, an answer and at least one image, not {question!r:.60}, {answer!r:.60} and {images!r:.60}"
        raise RowError(Reason.WRONG_TYPE, reason)
    return question, answer, [inside(image) for image in images]


def domain_files(material: Material, files: FilesOfParts) -> list[tuple[str, Path]]:
    """The parts to read with their files. Raises ``SourceError`` where one is not there, or the data set is on the hub alone."""
    name, path = material.config.name, material.config.path
    if material.hub is not None:
        raise SourceError(f"{name}: {material.hub} holds an archive for each domain; unpack those wanted and set path to their folder")
    if path is None or not path.is_file() or material.config.subset is not None:
        return material.parts(files)
    found = [part for part, names in files.items() if any(path.match(one) for one in names)]
    if len(found) != 1:
        raise SourceError(f"{name}: {path} does not say which part it is; set subset to one of {', '.join(files)}")
    return [(found[0], path)]


def row_of(domain: str, question: str, answer: str) -> dict[str, Any]:
    """What a question and its answer are in a domain, in our names. Raises ``RowError``."""
    return ROWS[domain](question, answer) | {"category": domain}


def inside(path: Any) -> Any:
    """A picture's path from the domain's folder on; the published chains have the folder of those who made them before it."""
    parts = path.split("/") if isinstance(path, str) else []
    first = next((place for place, part in enumerate(parts) if part in DOMAINS), 0)
    return "/".join(parts[first:]) if parts else path


def literal_box(text: str) -> list[Any]:
    """The box of an answer such as ``[10, 20, 30, 40]`` or ``(10, 20, 30, 40)``. Raises ``RowError``."""
    try:
        box = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise RowError(Reason.WRONG_TYPE, f"an answer of web grounding should be a box, not {text!r:.80}: {error}") from error
    if not isinstance(box, list | tuple) or len(box) != 4:
        raise RowError(Reason.WRONG_TYPE, f"an answer of web grounding should be four numbers x1, y1, x2, y2, not {text!r:.80}")
    return list(box)


def _element(question: str, answer: str) -> dict[str, Any]:
    box = literal_box(answer)
    return {"question": LEAD.sub("", question).strip(), "task": Task.POINT, "boxes": box, "bbox": box}


def _choice(question: str, answer: str) -> dict[str, Any]:
    plain, choices = split_lettered(question.replace("<image>", "").strip())
    return {"question": plain, "task": Task.CHOICE, "choices": list(choices), "answer": named_choice(answer, choices)}


def _step(question: str, answer: str) -> dict[str, Any]:
    objective, context = step_of(question)
    return {"question": objective, "task": Task.ACTION, "context": context, "answer": answer.strip(), "verb": verb_of(answer)}


ROWS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "web_grounding": _element,
    "spatial_reasoning": _choice,
    "visual_search": _choice,
    "web_action": _step,
}
