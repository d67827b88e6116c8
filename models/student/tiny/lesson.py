"""Lesson: drawn scenes as the tiny student reads them, for the two stages before its first question.

A *cell* is the part of the resized image under one merged image token; cells go row by row. An object *covers* the cells whose
centre lies in its box, and at least the nearest. A *caption* is the text that names every object with its place in the words of the
``vigorl`` dialect; of some it goes on to say what shape they have.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from data.sources.scenes import Scene, SceneObject, draw_scene
from data.viewing import ViewConfig, smart_resize
from models.student.tiny.build import MERGE, PATCH

QUESTIONS = {"point": "Where are the objects?", "box": "Box the objects."}
CELL = PATCH * MERGE
IGNORED = -100
Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A batch of captions.

    ``ids``, ``mask`` and ``labels`` are (B, T); ``spots`` (N, 2) are the row and place of the tokens that should look, and ``covers``
    (N, cells) the cells they should look at, 1 or 0.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor
    spots: torch.Tensor
    covers: torch.Tensor


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a caption: its tokens, the labels they are learned by, and the places of the tokens that should look at the object."""

    ids: Tokens
    labels: Tokens
    looking: range


@dataclass(frozen=True)
class Reader:
    """Turns scenes into tensors with the student's own processor."""

    processor: Any
    view: ViewConfig

    def draw(self, rng: random.Random, bands: dict[str, float], count: int) -> list[Scene]:
        """Scenes of the bands by their shares, all of them square."""
        names, shares = list(bands), list(bands.values())
        return [draw_scene(rng, band) for band in rng.choices(names, shares, k=count)]

    def images(self, scenes: Sequence[Scene]) -> dict[str, torch.Tensor]:
        """``pixel_values`` (B * patches, features) and ``image_grid_thw`` (B, 3)."""
        read = self.processor.image_processor(images=[scene.image for scene in scenes], return_tensors="pt")
        return {"pixel_values": read["pixel_values"], "image_grid_thw": read["image_grid_thw"]}

    def place(self, item: SceneObject) -> tuple[int, ...]:
        """Centre and box in the space the student speaks: x, y, x1, y1, x2, y2, rounded."""
        box = item.box.to(self.view.frame(int(item.box.space.width), int(item.box.space.height)).model)
        return tuple(round(value) for value in (box.center.x, box.center.y, box.x1, box.y1, box.x2, box.y2))

    def centers(self, scene: Scene) -> npt.NDArray[np.float64]:
        """Centres of the cells, (cells, 2), in pixels of the scene's image."""
        wide, high = smart_resize(*scene.image.size, self.view)
        xs, ys = np.meshgrid(np.arange(wide // CELL) + 0.5, np.arange(high // CELL) + 0.5)
        return np.stack([xs, ys], axis=-1).reshape(-1, 2) * CELL * [scene.image.width / wide, scene.image.height / high]

    def cover(self, scene: Scene) -> npt.NDArray[np.bool_]:
        """Which object covers which cell, (objects, cells)."""
        middles = np.array([[item.center.x, item.center.y] for item in scene.objects])
        halves = np.array([[item.box.x2 - item.box.x1, item.box.y2 - item.box.y1] for item in scene.objects]) / 2
        cells = self.centers(scene)
        away = np.abs(cells[None] - middles[:, None])
        covered: npt.NDArray[np.bool_] = (away < halves[:, None]).all(-1)
        covered[np.arange(len(middles)), (away**2).sum(-1).argmin(-1)] = True
        return covered

    def page(self, rng: random.Random, scenes: Sequence[Scene], most: int, shapes: float = 0.0) -> Page:
        """Captions of at most ``most`` objects of each scene, in random order; places are points in some rows and boxes in others.

        Of a share ``shapes`` of the objects that have a colour of their own it is said after their place what shape they have.
        """
        rows, labels, spots, covers = [], [], [], []
        for row, scene in enumerate(scenes):
            task = rng.choice(list(QUESTIONS))
            ids, marks = list(self.prefix(task)), [IGNORED] * len(self.prefix(task))
            covered = self.cover(scene)
            for index in rng.sample(range(len(scene.objects)), min(most, len(scene.objects))):
                tells_shape = shapes > 0 and rng.random() < shapes and _has_own_color(scene.objects[index], scene)
                for said in self._said(scene.objects[index], task, tells_shape):
                    spots += [(row, len(ids) + place) for place in said.looking]
                    covers += [covered[index]] * len(said.looking)
                    ids += said.ids
                    marks += said.labels
            rows.append(ids)
            labels.append(marks)
        return Page(*self._padded(rows, labels), torch.tensor(spots), torch.from_numpy(np.stack(covers)).float())

    def _said(self, item: SceneObject, task: str, tells_shape: bool) -> Iterator[Said]:
        """Sentences about one object: where it is and, where its shape is told, what it is."""
        head = self.tokens(f"The {f'{item.color} object' if tells_shape else item.name} is {'at' if task == 'point' else 'in'} ")
        spot, tail = self.tokens(self.words(item, task)), self.tokens(". ")
        yield Said(
            ids=(*head, *spot, *tail),
            labels=(*[IGNORED] * (len(head) + 1), *spot[1:], *[IGNORED] * len(tail)),
            looking=range(len(head), len(head) + len(spot) - 1),
        )
        if tells_shape:
            head, shape = self.tokens("It is a"), self.tokens(f" {item.shape}")
            yield Said(
                ids=(*head, *shape, *tail),
                labels=(*[IGNORED] * len(head), *shape, *[IGNORED] * len(tail)),
                looking=range(len(head) - 1, len(head)),
            )

    def words(self, item: SceneObject, task: str) -> str:
        """The object's place as the dialect writes it: ``(x, y)`` or ``(x1, y1, x2, y2)``."""
        place = self.place(item)
        return "(" + ", ".join(map(str, place[:2] if task == "point" else place[2:])) + ")"

    def prefix(self, task: str) -> Tokens:
        """Tokens of the conversation up to the student's turn."""
        return self._prefixes[task]

    @cached_property
    def image_positions(self) -> torch.Tensor:
        """Where the image tokens stand, the same in every row."""
        places = [place for place, token in enumerate(self.prefix("point")) if token == self.processor.image_token_id]
        return torch.tensor(places)

    @cached_property
    def _prefixes(self) -> dict[str, Tokens]:
        scene = draw_scene(random.Random(0), "easy")
        return {task: self._conversation(scene, question) for task, question in QUESTIONS.items()}

    def _conversation(self, scene: Scene, question: str) -> Tokens:
        messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
        text = self.processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return tuple(self.processor(text=[text], images=[scene.image])["input_ids"][0])

    @cached_property
    def tokens(self) -> Any:
        """A function from text to its tokens that remembers its answers."""
        tokenizer = self.processor.tokenizer
        return lru_cache(maxsize=65536)(lambda text: tuple(tokenizer(text, add_special_tokens=False)["input_ids"]))

    def _padded(self, rows: list[list[int]], labels: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        longest = max(map(len, rows))
        pad = self.processor.tokenizer.pad_token_id
        ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        return ids, mask, torch.tensor([row + [IGNORED] * (longest - len(row)) for row in labels])


def _has_own_color(item: SceneObject, scene: Scene) -> bool:
    return sum(other.color == item.color for other in scene.objects) == 1
