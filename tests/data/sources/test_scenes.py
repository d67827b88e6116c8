import io
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data.images import png
from data.sample import Role, Task
from data.sources.canvas import CANVASES, COLORS, NAMES, Band, draw_scene
from data.sources.config import ScenesConfig
from data.sources.problem import Problem, SourceError
from data.sources.scenes import CHOICES, NO, SHAPES, TASKS, YES, draw_problems, read_scenes
from data.trace import PlacedBox

seeds = st.integers(0, 10**9)
bands = st.sampled_from(list(Band))
plain_bands = st.sampled_from([Band.EASY, Band.MEDIUM, Band.HARD])
EQUAL_TASKS = dict.fromkeys(TASKS, 1.0)
EQUAL_BANDS = dict.fromkeys(map(str, Band), 1.0)


def colored(problem: Problem, image_index: int, color: str) -> Any:
    with Image.open(io.BytesIO(problem.images[image_index].stored)) as image:
        return (np.asarray(image) == COLORS[color]).all(-1)


def color_under(problem: Problem, box: PlacedBox) -> str:
    with Image.open(io.BytesIO(problem.images[box.image_index].stored)) as image:
        pixel = image.getpixel((int(box.x1 + box.x2) // 2, int(box.y1 + box.y2) // 2))
    return next(name for name, color in COLORS.items() if color == pixel)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, band=bands)
def test_boxes_hold_their_pixels_tightly(seed: int, band: Band) -> None:
    scene = draw_scene(random.Random(seed), band)
    pixels = np.asarray(scene.image)
    for item in scene.objects:
        x1, y1, x2, y2 = (int(value) for value in (item.box.x1, item.box.y1, item.box.x2, item.box.y2))
        drawn = (pixels[y1:y2, x1:x2] == COLORS[item.color]).all(-1)
        assert drawn.shape == (y2 - y1, x2 - x1)
        assert drawn.any(0)[[0, -1]].all()
        assert drawn.any(1)[[0, -1]].all()


@settings(max_examples=60, deadline=None)
@given(seed=seeds, band=bands)
def test_a_scene_keeps_the_measures_of_its_band(seed: int, band: Band) -> None:
    canvas = CANVASES[band]
    scene = draw_scene(random.Random(seed), band)
    names = [item.name for item in scene.objects]
    assert scene.image.size == (canvas.size, canvas.size)
    assert canvas.objects[0] <= len(names) <= canvas.objects[1]
    assert len(set(names)) == len(names)
    for item in scene.objects:
        assert 0 <= item.box.x1 < item.box.x2 <= canvas.size
        assert 0 <= item.box.y1 < item.box.y2 <= canvas.size


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_easy_scenes_have_distinct_colors_and_medium_ones_share_them(seed: int) -> None:
    easy = [item.color for item in draw_scene(random.Random(seed), "easy").objects]
    medium = Counter(item.color for item in draw_scene(random.Random(seed), "medium").objects)
    assert len(set(easy)) == len(easy)
    assert max(medium.values()) > 1


@settings(max_examples=80, deadline=None)
@given(seed=seeds, band=bands, task=st.sampled_from(TASKS), group=st.integers(0, 10_000))
def test_every_answer_is_where_its_color_is(seed: int, band: Band, task: str, group: int) -> None:
    [problem] = draw_problems(ScenesConfig(count=1, seed=seed, tasks={task: 1}, bands={band: 1}), group)
    assert problem.boxes
    for box in problem.boxes:
        assert box.label is not None
        color, shape = box.label.split()
        assert (color, shape) in NAMES
        assert color_under(problem, box) == color
        image = problem.images[box.image_index]
        assert 0 <= box.x1 < box.x2 <= image.width
        assert 0 <= box.y1 < box.y2 <= image.height


@settings(max_examples=60, deadline=None)
@given(seed=seeds, band=plain_bands)
def test_the_choice_is_the_direction_that_dominates(seed: int, band: Band) -> None:
    [problem] = draw_problems(ScenesConfig(count=1, seed=seed, tasks={"choice": 1}, bands={band: 1}), 0)
    first, second = problem.boxes
    dx = (first.x1 + first.x2 - second.x1 - second.x2) / 2
    dy = (first.y1 + first.y2 - second.y1 - second.y2) / 2
    expected = ("left" if dx < 0 else "right") if abs(dx) > abs(dy) else ("above" if dy < 0 else "below")
    assert problem.answer == expected
    assert problem.choices == CHOICES
    assert {box.role for box in problem.boxes} == {Role.EVIDENCE}
    assert f"Is the {first.label} left of" in problem.question
    assert problem.question.endswith(f"the {second.label}?")


@settings(max_examples=60, deadline=None)
@given(seed=seeds, band=bands)
def test_the_common_object_is_in_every_image_and_no_other_is(seed: int, band: Band) -> None:
    problem = several(seed, band, "common")
    [answer] = [box for box in problem.boxes if box.role == Role.ANSWER]
    assert answer.image_index == len(problem.images) - 1
    assert {box.image_index for box in problem.boxes} == set(range(len(problem.images)))
    assert {box.label for box in problem.boxes} == {answer.label}
    if band == Band.EASY:
        assert answer.label is not None
        counts = [colored(problem, index, answer.label.split()[0]).sum() for index in range(len(problem.images))]
        assert min(counts) > 0


@settings(max_examples=60, deadline=None)
@given(seed=seeds, band=bands)
def test_only_the_changed_object_differs(seed: int, band: Band) -> None:
    problem = several(seed, band, "changed")
    first, second = (np.asarray(Image.open(io.BytesIO(image.stored))).astype(int) for image in problem.images)
    [answer] = [box for box in problem.boxes if box.role == Role.ANSWER]
    different = (first != second).any(-1)
    rows, columns = np.nonzero(different)
    assert different.any()
    assert answer.image_index == 1
    assert answer.x1 <= columns.min() <= columns.max() < answer.x2
    assert answer.y1 <= rows.min() <= rows.max() < answer.y2


@settings(max_examples=60, deadline=None)
@given(seed=seeds, group=st.integers(0, 10_000))
def test_a_choice_among_tiny_objects_is_about_their_shapes(seed: int, group: int) -> None:
    [problem] = draw_problems(ScenesConfig(count=1, seed=seed, tasks={"choice": 1}, bands={"tiny": 1}), group)
    names = [(box.label or "").split() for box in problem.boxes]
    shapes = [shape for _, shape in names]
    expected = shapes[0] if problem.category == "shape" else YES if shapes[0] == shapes[1] else NO
    assert (problem.answer, problem.choices) == (expected, SHAPES if problem.category == "shape" else (YES, NO))
    assert all(f"the {color} object" in problem.question for color, _ in names)
    assert not any(shape in problem.question for shape in SHAPES)


def test_tiny_objects_are_specks_to_the_tiny_student() -> None:
    scene = draw_scene(random.Random(1), "tiny")
    sides = [(item.box.x2 - item.box.x1) * 112 / scene.image.width for item in scene.objects]
    assert all(2.5 <= side <= 4.5 for side in sides)


def several(seed: int, band: Band, category: str) -> Problem:
    config = ScenesConfig(count=1, seed=seed, tasks={"multi_image": 1}, bands={band: 1})
    return next(problem for group in range(100) for problem in draw_problems(config, group) if problem.category == category)


def test_choices_are_balanced_over_directions() -> None:
    config = ScenesConfig(count=800, tasks={"choice": 1}, bands={"easy": 1, "medium": 1, "hard": 1})
    counts = Counter(problem.answer for problem in read_scenes(config))
    assert set(counts) == set(CHOICES)
    assert all(150 <= count <= 250 for count in counts.values())


def test_shares_hold_at_small_counts() -> None:
    problems = list(read_scenes(ScenesConfig(count=48, tasks=EQUAL_TASKS, bands=EQUAL_BANDS)))
    by_task = Counter("multi_image" if len(problem.images) > 1 else str(problem.task) for problem in problems)
    by_band = Counter(problem.difficulty_band for problem in problems)
    assert all(10 <= by_task[task] <= 14 for task in TASKS)
    assert all(10 <= by_band[band] <= 14 for band in Band)


def test_enlarging_keeps_the_problems_there_were() -> None:
    def ids(count: int) -> list[str]:
        config = ScenesConfig(count=count, tasks=EQUAL_TASKS, bands=EQUAL_BANDS, questions_per_image=2)
        return [problem.sample().sample_id for problem in read_scenes(config)]

    assert ids(31)[:9] == ids(9)
    assert len(set(ids(31))) == 31


def test_another_seed_draws_other_problems() -> None:
    ids = [{problem.sample().sample_id for problem in read_scenes(ScenesConfig(count=20, seed=seed))} for seed in (0, 1)]
    assert not ids[0] & ids[1]


def test_questions_of_one_image_share_it_and_differ() -> None:
    problems = draw_problems(ScenesConfig(count=4, questions_per_image=4, tasks={"point": 1, "box": 1}), 3)
    assert len({problem.images for problem in problems}) == 1
    assert len({problem.sample().sample_id for problem in problems}) == 4


def test_medium_relations_have_one_answer() -> None:
    config = ScenesConfig(count=300, tasks={"point": 1}, bands={"medium": 1})
    related = [problem for problem in read_scenes(config) if problem.category == "relation"]
    assert 50 <= len(related) <= 150
    for problem in related:
        answer, anchor = problem.boxes
        assert problem.task is Task.POINT
        assert (answer.role, anchor.role) == (Role.ANSWER, Role.EVIDENCE)
        assert answer.label is not None
        assert answer.label.split()[1] in problem.question
        assert answer.label not in problem.question


def test_the_same_scene_gives_the_same_bytes() -> None:
    assert png(draw_scene(random.Random(7), "hard").image) == png(draw_scene(random.Random(7), "hard").image)


@pytest.mark.parametrize("shares", [{"tasks": {"fly": 1}}, {"bands": {"extreme": 1}}, {"tasks": {"point": 0}}])
def test_an_unknown_share_is_named(shares: dict[str, dict[str, float]]) -> None:
    with pytest.raises(SourceError, match=r"scenes: (tasks|bands) .* should be positive shares of"):
        list(read_scenes(ScenesConfig.model_validate({"count": 1} | shares)))
