from __future__ import annotations

import random

import numpy as np
import pytest

from data.sources.canvas import draw_scene
from models.teacher.embedded.sight import color_name, see


@pytest.mark.parametrize("band", ["easy", "medium", "hard", "tiny"])
def test_drawn_objects_are_seen_with_their_colors_shapes_and_boxes(band: str) -> None:
    rng = random.Random(3)
    seen, drawn = 0, 0
    for _ in range(60):
        scene = draw_scene(rng, band)
        things = {(thing.name, thing.x1, thing.y1, thing.x2, thing.y2) for thing in see(np.asarray(scene.image)).things}
        objects = {(item.name, item.box.x1, item.box.y1, item.box.x2, item.box.y2) for item in scene.objects}
        seen, drawn = seen + len(things & objects), drawn + len(objects)
    assert seen >= 0.99 * drawn


def test_noise_is_taken_for_a_photograph() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    sight = see(pixels)
    assert (sight.width, sight.height, sight.is_flat, sight.things) == (80, 60, False, ())


def test_touching_pieces_of_different_colors_are_different_things() -> None:
    pixels = np.full((40, 60, 3), 230, dtype=np.uint8)
    pixels[10:20, 10:20] = (220, 20, 20)
    pixels[10:20, 20:30] = (20, 20, 220)
    assert sorted(thing.name for thing in see(pixels).things) == ["blue square", "red square"]


@pytest.mark.parametrize(
    ("packed", "name"), [(0xDC1E1E, "red"), (0xEBCD1E, "yellow"), (0x141414, "black"), (0x9632BE, "purple"), (0x808080, "grey")]
)
def test_colors_have_everyday_names(packed: int, name: str) -> None:
    assert color_name(packed) == name
