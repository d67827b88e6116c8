"""Problem: what a line of the strict protocol asks, read from its fields.

The *space* is what the model's numbers are measured in, the *target space* what those of the target are. Images are known by their sizes
alone; where both spaces are parts of a side, as thousandths are, sizes tell nothing and may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from data.benchmarks.protocols.scorer import Line, LineError
from data.dialects import DIALECTS, Dialect, Turn
from data.sample import Role, Task
from data.scoring.score import is_choice, is_scorable
from data.sources.places import SPACES, Placement
from data.sources.problem import RowError, SourceImage
from data.sources.row import LOOKING_TASKS, ROW_SPACES
from data.space import Frame, Space
from data.trace import PlacedBox
from data.viewing import SPACE_PATTERN

DIALECT = "vigorl"
"""Of a line that names none."""
SIDES = 1000.0
"""What stands for the sides of an image whose size is not needed."""
SIDES_OF = {"thousandth": (1000.0, 1000.0), "unit": (1.0, 1.0)}
"""Of target spaces that are parts of a side."""
LONGEST_SIDE = 1e9
"""Of an image, in pixels."""
LARGEST_GRID = "grid:1000000"
MOST_FRAMES = 4096
"""Kept, as many lines are about images of the same sizes."""
TASKS = {str(task): task for task in Task}
CHOICE, ANSWER = Task.CHOICE, Role.ANSWER
LISTS, NUMBERS = (list, tuple), (int, float)
PLAIN = frozenset(NUMBERS)
Size = tuple[float, float]


class Target(NamedTuple):
    """What is asked, and what is known of it."""

    task: Task
    answer_boxes: tuple[PlacedBox, ...]
    answer: str | None
    choices: tuple[str, ...]


class Problem(NamedTuple):
    """One line, understood."""

    target: Target
    frames: tuple[Frame, ...]
    dialect: Dialect
    said: str | tuple[Turn, ...]
    sizes: list[Size]
    """Widths and heights of the images in pixels; as many as there are frames."""


def problem_of(line: Line) -> Problem:
    """The problem of a line. Raises ``LineError``."""
    task = _task(line)
    space, target_space = _space(line, task), line.get("target_space", "pixel")
    if target_space not in ROW_SPACES:
        raise LineError(f"target_space {target_space!r:.80} is none of {', '.join(ROW_SPACES)}")
    is_free = space not in {None, "pixel", "resized"} and target_space != "pixel"
    sizes = _sizes(line, "image", needed=task in LOOKING_TASKS and not is_free) or ([(SIDES, SIDES)] if is_free else [])
    target, frames = _target(line, task, sizes, target_space), _frames(line, space, sizes)
    return Problem(target, frames, _dialect(line), _said(line), sizes if frames else [])


def _task(line: Line) -> Task:
    name = line.get("task")
    task = TASKS.get(name) if isinstance(name, str) else None
    if task is None:
        raise LineError(f"task should be one of {', '.join(Task)}, not {_shown(line, 'task')}")
    return task


def _dialect(line: Line) -> Dialect:
    name = line.get("dialect", DIALECT)
    if not isinstance(name, str) or name not in DIALECTS:
        raise LineError(f"dialect should be one of {', '.join(sorted(DIALECTS))}, not {_shown(line, 'dialect')}")
    return DIALECTS[name]


def _said(line: Line) -> str | tuple[Turn, ...]:
    said, turns = line.get("prediction"), line.get("turns")
    if isinstance(said, str):
        return said
    if said is not None or not isinstance(turns, list):
        raise LineError(f"prediction should be a text, not {_shown(line, 'prediction')}; there may be turns in its place")
    return tuple(_turn(turn, number) for number, turn in enumerate(turns, start=1))


def _turn(turn: Any, number: int) -> Turn:
    role, content = (turn.get("role"), turn.get("content")) if isinstance(turn, Mapping) else (None, None)
    if not (isinstance(role, str) and isinstance(content, str)):
        raise LineError(f"turn {number} should be an object with a role and a content, both texts, not {turn!r:.80}")
    return Turn(role, content)


def _space(line: Line, task: Task) -> str | None:
    """The space as a view has it. Raises ``LineError`` where a task with places has none."""
    name = line.get("space")
    if name is None and task not in LOOKING_TASKS:
        return None
    space = SPACES.get(name, name) if isinstance(name, str) else ""
    if not SPACE_PATTERN.fullmatch(space):
        raise LineError(f"space should be pixel, resized, thousandth, grid:n or unit, not {_shown(line, 'space')}")
    return space


def _frames(line: Line, space: str | None, sizes: Sequence[Size]) -> tuple[Frame, ...]:
    if space is None:
        return ()
    seen = _sizes(line, "resized", needed=bool(sizes)) if space == "resized" else sizes
    if len(seen) != len(sizes):
        raise LineError(f"there are {len(sizes)} image_sizes and {len(seen)} resized_sizes")
    if len(space) > len(LARGEST_GRID):
        raise LineError(f"space grid:n has at most a million parts, not {space[:80]!r}")
    return tuple([_frame(space, size, other) for size, other in zip(sizes, seen, strict=True)])


@lru_cache(MOST_FRAMES)
def _frame(space: str, size: Size, seen: Size) -> Frame:
    stored = Space.pixels(*size)
    if space == "pixel":
        return Frame(stored, stored)
    if space == "resized":
        return Frame(stored, Space.resized(*seen))
    return Frame(stored, Space.unit() if space == "unit" else Space.grid(int(space.removeprefix("grid:"))))


def _sizes(line: Line, kind: str, *, needed: bool) -> list[Size]:
    """The sizes under ``<kind>_sizes``, or the one under ``<kind>_size``; none where neither is there and none is needed."""
    one, several = line.get(f"{kind}_size"), line.get(f"{kind}_sizes")
    sizes = [one] if several is None and one is not None else several
    if sizes is None and not needed:
        return []
    if not isinstance(sizes, LISTS) or not sizes or not all(map(_is_size, sizes)):
        name = f"{kind}_size" if several is None and one is not None else f"{kind}_sizes"
        raise LineError(f"{name} should be the width and the height of each image, not {_shown(line, name)}")
    return [(float(width), float(height)) for width, height in sizes]


def _is_size(size: Any) -> bool:
    return isinstance(size, LISTS) and len(size) == 2 and _is_side(size[0]) and _is_side(size[1])


def _is_side(side: Any) -> bool:
    return isinstance(side, NUMBERS) and not isinstance(side, bool) and 0 < side <= LONGEST_SIDE


def _target(line: Line, task: Task, sizes: Sequence[Size], target_space: str) -> Target:
    known = line.get("target")
    if not isinstance(known, Mapping):
        raise LineError(f"target should be an object, not {_shown(line, 'target')}")
    boxes = _boxes(known.get("boxes", ()), sizes, target_space) if task in LOOKING_TASKS else ()
    choices = _choices(known)
    target = Target(task, boxes, _answer(known), choices)
    if not is_scorable(target):
        raise LineError(f"task {task} needs target.{'boxes' if task in LOOKING_TASKS else 'answer'}; the target has {_names(known)}")
    if task is CHOICE and not any(is_choice(target.answer, choice, choices) for choice in choices):
        raise LineError(f"target.answer {target.answer!r:.80} is none of the choices {', '.join(choices) or '(there are none)':.200}")
    return target


def _boxes(value: Any, sizes: Sequence[Size], target_space: str) -> tuple[PlacedBox, ...]:
    """Those of the answer; an object may say that it is evidence."""
    plain = [_plain_box(box, *sizes[0], SIDES_OF.get(target_space, sizes[0])) for box in value] if isinstance(value, list) else []
    if plain and all(plain):
        return tuple(filter(None, plain))
    images = tuple(SourceImage(b"", "", width, height) for width, height in sizes)  # type: ignore[arg-type]
    try:
        return tuple(box for box in Placement(images, target_space).boxes(value) if box.role == ANSWER)
    except RowError as error:
        raise LineError(f"target: {error}") from error


def _plain_box(box: Any, width: float, height: float, sides: Size) -> PlacedBox | None:
    """A box that is four numbers in order on the first image, as ``Placement`` has it; None where it is to say what it is."""
    if type(box) is not list or len(box) != 4 or not PLAIN.issuperset(map(type, box)):
        return None
    x1, y1, x2, y2 = box
    wide, high = sides
    if not (0 <= x1 < x2 <= wide and 0 <= y1 < y2 <= high):
        return None
    return PlacedBox(x1 * width / wide, y1 * height / high, x2 * width / wide, y2 * height / high, 0, None, ANSWER)


def _answer(target: Mapping[str, Any]) -> str | None:
    answer = target.get("answer")
    if answer is not None and not isinstance(answer, str):
        raise LineError(f"target.answer should be a text, not {answer!r:.80}")
    return answer


def _choices(target: Mapping[str, Any]) -> tuple[str, ...]:
    choices = target.get("choices")
    if not choices:
        return ()
    if not isinstance(choices, LISTS) or not all(isinstance(choice, str) for choice in choices):
        raise LineError(f"target.choices should be a list of texts, not {choices!r:.80}")
    return tuple(choices)


def _shown(line: Line, field: str) -> str:
    return f"{line[field]!r:.80}" if field in line else f"absent beside {_names(line)}"


def _names(fields: Mapping[str, Any]) -> str:
    return ", ".join(map(str, fields)) or "nothing"
