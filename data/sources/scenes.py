"""Scenes: drawn problems, any number of them, every answer right by construction.

Each problem is a function of the seed and its index alone, so a longer run keeps the problems of a shorter one. Tasks and bands follow
an additive recurrence instead of independent draws: their shares hold at any count.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

from data.images import png
from data.sample import Role, Task
from data.sources.canvas import CANVASES, COLORS, NAMES, SHAPES, Band, Scene, SceneObject, draw_scene, paint
from data.sources.config import ScenesConfig
from data.sources.problem import Problem, SourceError, SourceImage
from data.trace import PlacedBox

__all__ = ["CHOICES", "COLORS", "SHAPES", "TASKS", "Band", "Scene", "SceneObject", "draw_problems", "draw_scene", "read_scenes"]

DATASET = "scenes"
TASKS = ("point", "box", "choice", "multi_image")
CHOICES = ("left", "right", "above", "below")
YES, NO = "yes", "no"
PHRASES = {"left": "left of", "right": "right of", "above": "above", "below": "below"}
DOMINANCE = 1.5
"""A direction holds when its offset is at least this times the offset across it."""
RELATION_SHARE = 0.5
"""Of the medium band's ``point`` and ``box`` problems, how many name their object by a relation where the scene allows it."""
SHAPE_SHARE = 0.5
"""Of the tiny band's ``choice`` problems, how many ask for the shape of one object; the others compare two."""
RECURRENCE = (0.7548776662466927, 0.5698402909980532)
"""Steps of the additive recurrence R2: 1/g and 1/g^2 for g^3 = g + 1 (M. Roberts, Unreasonable Effectiveness of Quasirandom Sequences)."""
NUMBERS = {2: "both images", 3: "all three images"}
ORDINALS = {1: "second", 2: "third"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer, before it has images."""

    text: str
    task: Task
    category: str
    boxes: tuple[PlacedBox, ...]
    choices: tuple[str, ...] = ()
    answer: str | None = None


def read_scenes(config: ScenesConfig) -> Iterator[Problem]:
    """The problems 0 to ``count``. Raises ``SourceError`` on an unknown task or band."""
    for name, shares, known in (("tasks", config.tasks, TASKS), ("bands", config.bands, tuple(Band))):
        unknown = sorted(shares.keys() - set(known))
        if unknown or not any(share > 0 for share in shares.values()):
            raise SourceError(f"scenes: {name} {unknown or dict(shares)} should be positive shares of {', '.join(known)}")
    left = config.count
    group = 0
    while left > 0:
        yield from draw_problems(config, group)[:left]
        left -= config.questions_per_image
        group += 1


def draw_problems(config: ScenesConfig, group: int) -> list[Problem]:
    """The ``questions_per_image`` problems of one group; all but those of several images share an image."""
    start = group * config.questions_per_image
    indices = range(start, start + config.questions_per_image)
    band = _share(config.bands, config.seed, group, axis=1)
    tasks = {index: _share(config.tasks, config.seed, index, axis=0) for index in indices}
    rng = random.Random(f"scenes {config.seed} {group}")
    while True:
        scene = draw_scene(rng, band)
        asked = _ask_all(rng, scene, band, [(index, task) for index, task in tasks.items() if task != "multi_image"])
        if asked is not None:
            break
    image = _source_image(scene)
    drawn: dict[int, tuple[Question, tuple[SourceImage, ...]]] = {index: (question, (image,)) for index, question in asked.items()}
    for index, task in tasks.items():
        if task == "multi_image":
            drawn[index] = _several_images(random.Random(f"scenes {config.seed} several {index}"), band)
    return [_problem(config, band, index, *drawn[index]) for index in indices]


def _share(shares: Mapping[str, float], seed: int, index: int, axis: int) -> str:
    """The name on whose part of the unit interval the recurrence falls."""
    names = sorted(name for name, share in shares.items() if share > 0)
    place = (random.Random(f"shares {seed} {axis}").random() + (index + 1) * RECURRENCE[axis]) % 1 * sum(shares[name] for name in names)
    for name in names:
        place -= shares[name]
        if place < 0:
            return name
    return names[-1]


def _ask_all(rng: random.Random, scene: Scene, band: str, tasks: list[tuple[int, str]]) -> dict[int, Question] | None:
    """One question per task, no two alike; None where the scene does not allow that."""
    asked: dict[int, Question] = {}
    for index, task in tasks:
        found = [question for question in _candidates(rng, scene, band, task) if question not in asked.values()]
        if not found:
            return None
        asked[index] = rng.choice(found)
    return asked


def _candidates(rng: random.Random, scene: Scene, band: str, task: str) -> list[Question]:
    if task == "choice" and band == Band.TINY:
        return _shapes(scene) if rng.random() < SHAPE_SHARE else _likenesses(scene, rng.choice((YES, NO)))
    if task == "choice":
        direction = rng.choice(CHOICES)
        return [_choice(a, b, direction) for a, b in permutations(scene.objects, 2) if _dominant(a, b) == direction]
    related = _relations(scene, task) if band == Band.MEDIUM and rng.random() < RELATION_SHARE else []
    return related or [_plain(item, task) for item in scene.objects]


def _plain(item: SceneObject, task: str) -> Question:
    return Question(_ask(task, item.name), Task(task), task, (_place(item, Role.ANSWER),))


def _ask(task: str, phrase: str) -> str:
    return f"Where is the {phrase}?" if task == Task.POINT else f"Box the {phrase}."


def _choice(a: SceneObject, b: SceneObject, direction: str) -> Question:
    text = f"Is the {a.name} left of, right of, above or below the {b.name}?"
    evidence = (_place(a, Role.EVIDENCE), _place(b, Role.EVIDENCE))
    return Question(text, Task.CHOICE, "choice", evidence, CHOICES, direction)


def _shapes(scene: Scene) -> list[Question]:
    """What can be told of one object only from close by."""
    return [
        Question(f"What shape is the {item.color} object?", Task.CHOICE, "shape", (_place(item, Role.EVIDENCE),), SHAPES, item.shape)
        for item in scene.objects
    ]


def _likenesses(scene: Scene, answer: str) -> list[Question]:
    """What can be told only from a closer look at each of two objects."""
    return [
        Question(
            f"Do the {a.color} object and the {b.color} object have the same shape?",
            Task.CHOICE,
            "likeness",
            (_place(a, Role.EVIDENCE), _place(b, Role.EVIDENCE)),
            (YES, NO),
            answer,
        )
        for a, b in permutations(scene.objects, 2)
        if (a.shape == b.shape) == (answer == YES)
    ]


def _relations(scene: Scene, task: str) -> list[Question]:
    """Objects that only a relation tells from others of their shape, such as ``the circle left of the blue square``."""
    questions = []
    for item, anchor in permutations(scene.objects, 2):
        rivals = [other for other in scene.objects if other.shape == item.shape and other not in (item, anchor)]
        direction = _dominant(item, anchor)
        if direction is None or item.shape == anchor.shape or not rivals:
            continue
        if not any(_leans(other, anchor, direction) for other in rivals):
            boxes = (_place(item, Role.ANSWER), _place(anchor, Role.EVIDENCE))
            phrase = f"{item.shape} {PHRASES[direction]} the {anchor.name}"
            questions.append(Question(_ask(task, phrase), Task(task), "relation", boxes))
    return questions


def _offset(a: SceneObject, b: SceneObject, direction: str) -> float:
    """How far the centre of ``a`` lies from that of ``b`` in a direction, pixels."""
    dx, dy = a.center.x - b.center.x, a.center.y - b.center.y
    return {"left": -dx, "right": dx, "above": -dy, "below": dy}[direction]


def _leans(a: SceneObject, b: SceneObject, direction: str) -> bool:
    return _offset(a, b, direction) > 0


def _dominant(a: SceneObject, b: SceneObject) -> str | None:
    """The direction in which ``a`` clearly lies from ``b``, if there is one."""
    across = {"left": "above", "right": "above", "above": "left", "below": "left"}
    for direction in CHOICES:
        if _offset(a, b, direction) >= DOMINANCE * abs(_offset(a, b, across[direction])):
            return direction
    return None


def _several_images(rng: random.Random, band: str) -> tuple[Question, tuple[SourceImage, ...]]:
    question, scenes = _common(rng, band) if rng.random() < 0.5 else _changed(rng, band)
    return question, tuple(_source_image(scene) for scene in scenes)


def _common(rng: random.Random, band: str) -> tuple[Question, list[Scene]]:
    """Two or three scenes that share one name."""
    count = rng.choice((2, 2, 3))
    shared = rng.choice(NAMES)
    rest = [name for name in rng.sample(NAMES, len(NAMES)) if name != shared]
    scenes = [draw_scene(rng, band, [shared, *_companions(rest, band, shared)]) for _ in range(count)]
    last = count - 1
    items = [next(item for item in scene.objects if (item.color, item.shape) == shared) for scene in scenes]
    boxes = [_place(item, Role.EVIDENCE, k) for k, item in enumerate(items[:-1])]
    text = f"Which object is in {NUMBERS[count]}? Box it in the {ORDINALS[last]} image."
    return Question(text, Task.BOX, "common", (_place(items[last], Role.ANSWER, last), *boxes)), scenes


def _companions(rest: list[tuple[str, str]], band: str, shared: tuple[str, str]) -> list[tuple[str, str]]:
    """Take three names for an image out of ``rest``: of other colours (easy, tiny), one of them of the shared colour (medium), or any."""
    taken: list[tuple[str, str]] = []
    if band == Band.MEDIUM:
        taken.append(next(name for name in rest if name[0] == shared[0]))
    for name in rest:
        is_new = name not in taken and name[0] not in {shared[0], *(color for color, _ in taken)}
        if len(taken) < 3 and (is_new or (band == Band.HARD and name not in taken)):
            taken.append(name)
    rest[:] = [name for name in rest if name not in taken]
    return taken


def _changed(rng: random.Random, band: str) -> tuple[Question, list[Scene]]:
    """A scene and the same scene with one object of another colour (easy), shape (medium, tiny) or either (hard)."""
    first = draw_scene(rng, band)
    place = rng.randrange(len(first.objects))
    old = first.objects[place]
    new = SceneObject(*_other_name(rng, band, first, old), old.box)
    objects = [new if k == place else item for k, item in enumerate(first.objects)]
    second = paint(objects, CANVASES[Band(band)].size, first.grey)
    boxes = (_place(new, Role.ANSWER, 1), _place(old, Role.EVIDENCE, 0))
    return Question("Box the object that changed in the second image.", Task.BOX, "changed", boxes), [first, second]


def _other_name(rng: random.Random, band: str, scene: Scene, old: SceneObject) -> tuple[str, str]:
    taken = {(item.color, item.shape) for item in scene.objects}
    colors = {item.color for item in scene.objects}
    recolored = [name for name in NAMES if name[1] == old.shape and name[0] not in colors]
    reshaped = [name for name in NAMES if name[0] == old.color and name not in taken]
    options = {Band.EASY: recolored or reshaped, Band.MEDIUM: reshaped, Band.HARD: recolored + reshaped, Band.TINY: reshaped}
    return rng.choice(options[Band(band)])


def _place(item: SceneObject, role: Role, image_index: int = 0) -> PlacedBox:
    box = item.box
    return PlacedBox(box.x1, box.y1, box.x2, box.y2, image_index, item.name, role)


def _source_image(scene: Scene) -> SourceImage:
    return SourceImage(png(scene.image), "PNG", *scene.image.size)


def _problem(config: ScenesConfig, band: str, index: int, question: Question, images: tuple[SourceImage, ...]) -> Problem:
    return Problem(
        locator=f"scenes {config.seed}:{index}",
        dataset=DATASET,
        split=config.split,
        task=question.task,
        question=question.text,
        images=images,
        choices=question.choices,
        answer=question.answer,
        boxes=question.boxes,
        category=question.category,
        difficulty_band=band,
    )
