"""Strict: Fovea's own rule. The last answer counts, read in the dialect and the space that the line declares.

Boxes are set back to the edges of their image, an inverted box is right nowhere, and the IoU has no quirks. Where one point, box or choice
is asked and several are said the answer is *ambiguous*: wrong, whichever they are. Scores are 1 or 0, but for ``iou``, which is null where
no box is asked: ``parsed`` says whether an answer could be read, ``format`` whether the whole text keeps the dialect; ``inverted`` and
``clamped`` are about boxes of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from data.benchmarks.benchmark import STRICT
from data.benchmarks.clamping import clamped, is_inverted
from data.benchmarks.protocols.problem import DIALECT, Problem, problem_of
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Reasoned, Scores, Verdict
from data.dialects import DIALECTS
from data.dialects.answers import read_answer
from data.dialects.inline import Inline, split_blocks
from data.dialects.places import read
from data.sample import Sample, Task
from data.scoring import score_answer
from data.scoring.score import is_choice, is_scorable
from data.space import Frame, SpaceKind
from data.trace import Answer, PlacedBox, PlacedPoint

FLAGS = ("parsed", "format", "ambiguous", "inverted", "clamped")
BETWEEN_CHOICES = re.compile(r"\s*(?:[,;/|&+]|\bor\b|\band\b)\s*", re.IGNORECASE)
"""What stands between choices where several are named."""
LETTERED = re.compile(r"\(?([a-z])[).:]\s+(\S.*)", re.IGNORECASE)
"""A choice's letter before a text."""
MOST_PARTS = 100
"""Names in a text that are looked at."""
FIELDS = {
    "prediction": "what the model wrote; or turns, each with role and content",
    "dialect": f"optional: {', '.join(sorted(DIALECTS))}; default {DIALECT}",
    "space": "of the model's numbers: pixel, resized, thousandth, grid:n, unit; optional where no place is asked",
    "image_sizes": "of each image in pixels (image_size: of one); optional where no place is asked, or both spaces are without pixels",
    "resized_sizes": "optional: those that the model saw (resized_size: of one), for the space resized",
    "task": f"what is asked: {', '.join(Task)}",
    "target.boxes": "optional: the answer of point, box and boxes: [x1, y1, x2, y2], or objects with x1, y1, x2, y2, image_index",
    "target.answer": "optional: the answer of choice, text and action",
    "target.choices": "optional: of choice",
    "target_space": "optional: of target.boxes: pixel, thousandth, unit; default pixel",
}


@register
@dataclass
class Strict:
    """The default rule."""

    dialect: str = DIALECT
    """Of the lines that ``line`` makes."""
    _checked: tuple[Line, Problem] | None = field(default=None, init=False, repr=False, compare=False)
    """The line that was checked last, so that scoring it does not read its fields again."""
    name = STRICT
    source = "fovea"
    fields = FIELDS

    @property
    def blank(self) -> Scores:
        return {"correct": 0, "iou": None, **dict.fromkeys(FLAGS, 0)}

    def check(self, line: Line) -> None:
        self._checked = line, problem_of(line)

    def score(self, line: Line) -> Scores:
        checked = self._checked
        problem = checked[1] if checked is not None and checked[0] is line else problem_of(line)
        said, error = _read(problem)
        kept = clamped(said, problem.sizes) if said is not None else None
        score = score_answer(problem.target, kept, problem.sizes)
        rivals = 0 if score.correct else _rivals(problem, said)
        inverted = _inverted(said)
        scores: Scores = {
            "correct": int(score.correct is True),
            "iou": score.iou,
            "parsed": int(said is not None),
            "format": int(error is None),
            "ambiguous": int(rivals > 1),
            "inverted": int(inverted is not None),
            "clamped": int(kept is not said),
        }
        reason = _ambiguity(rivals, problem) if rivals > 1 else error
        return Reasoned(scores, reason if reason or inverted is None else _inversion(inverted), kept)

    def verdict(self, scores: Scores) -> Verdict:
        iou = scores["iou"]
        return Verdict(scores["correct"] == 1, iou if isinstance(iou, float) else None)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        if not is_scorable(sample):
            raise LineError(f"{sample.sample_id} does not know what its task, {sample.task}, asks for")
        boxes = [{name: asdict(box)[name] for name in ("x1", "y1", "x2", "y2", "image_index")} for box in sample.answer_boxes]
        known: dict[str, Any] = {"boxes": boxes, "answer": sample.answer, "choices": list(sample.choices)}
        target = {name: value for name, value in known.items() if value}
        turns = [dict(turn) for turn in said.turns] if DIALECTS[self.dialect].has_turns else []
        words = {"turns": turns} if turns else {"prediction": said.text}
        asked = {"dialect": self.dialect, "task": str(sample.task), "target": target}
        return {"id": sample.sample_id, **words, **asked, **_seen(frames)}


def _read(problem: Problem) -> tuple[Answer | None, str | None]:
    """The answer, and what is wrong with the text, as the dialect parses them; thoughts are taken apart only where they must be."""
    dialect, said, frames, task = problem.dialect, problem.said, problem.frames, problem.target.task
    if isinstance(said, str) and isinstance(dialect, Inline) and type(dialect).parse is Inline.parse:
        blocks = split_blocks(said)
        if blocks.answer is None:
            return None, blocks.error
        answer, error = read_answer(blocks.answer, frames, task, dialect.notation)
        return answer, error if answer is None else blocks.error or error or dialect.thought_error(blocks.think)
    parsed = dialect.parse(said, frames, task) if isinstance(said, str) else dialect.parse_turns(said, frames, task)
    return parsed.trace.answer if parsed.trace is not None else None, parsed.error


def _rivals(problem: Problem, said: Answer | None) -> int:
    """How many answers of the asked kind there are where one is asked; 0 where it cannot be told."""
    task = problem.target.task
    if task is Task.CHOICE and said is not None:
        return _named(said.text or "", problem.target.choices)
    if task in {Task.POINT, Task.BOX} and said is None and isinstance(problem.dialect, Inline):
        text = problem.said if isinstance(problem.said, str) else problem.said[-1].text if problem.said else ""
        pattern = problem.dialect.notation.pattern(points=True, boxes=True)
        kind = PlacedPoint if task is Task.POINT else PlacedBox
        return sum(isinstance(read(match, problem.frames), kind) for match in pattern.finditer(split_blocks(text).answer or ""))
    return 0


def _named(text: str, choices: Sequence[str]) -> int:
    """How many choices a text names by their letters or texts; 1 where the whole text is one."""
    if any(is_choice(text, choice, choices) for choice in choices):
        return 1
    lettered = LETTERED.fullmatch(text.strip())
    parts = [*BETWEEN_CHOICES.split(text, maxsplit=MOST_PARTS), *(lettered.groups() if lettered else ())]
    return sum(any(is_choice(part, choice, choices) for part in parts if part) for choice in choices)


def _ambiguity(rivals: int, problem: Problem) -> str:
    return f"ambiguous: {rivals} answers where one {problem.target.task} is asked"


def _inverted(answer: Answer | None) -> PlacedBox | None:
    """The first box of an answer that is inverted."""
    for box in answer.boxes if answer is not None else ():
        if is_inverted(box):
            return box
    return None


def _inversion(box: PlacedBox) -> str:
    return f"inverted: box ({box.x1:g}, {box.y1:g}, {box.x2:g}, {box.y2:g}) has no positive width and height"


def _seen(frames: Sequence[Frame]) -> dict[str, Any]:
    """The fields that say how images were seen. Raises ``LineError`` where they were not seen alike."""
    if not frames:
        return {}
    spaces = {_space_name(frame) for frame in frames}
    if len(spaces) > 1:
        raise LineError(f"images are seen in several spaces, {', '.join(sorted(spaces))}; a line has one")
    sizes = {"image_sizes": [[frame.stored.width, frame.stored.height] for frame in frames]}
    resized = {"resized_sizes": [[frame.model.width, frame.model.height] for frame in frames]} if spaces == {"resized"} else {}
    return {"space": spaces.pop(), **sizes, **resized}


def _space_name(frame: Frame) -> str:
    kind: Mapping[SpaceKind, str] = {SpaceKind.GRID: f"grid:{frame.model.width:g}"}
    return kind.get(frame.model.kind, str(frame.model.kind))
