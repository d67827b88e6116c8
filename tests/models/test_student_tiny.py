import random
import re

import numpy as np
import pytest
import torch

from data.sources.scenes import COLORS, SHAPES, draw_scene
from data.viewing import ViewConfig
from models.student.config import PretrainConfig
from models.student.tiny.binding import looking_loss
from models.student.tiny.build import build_processor, build_student
from models.student.tiny.lesson import IGNORED, Reader
from models.student.tiny.optimizer import Schedule, optimizer
from models.student.tiny.perception import cell_targets
from models.student.tiny.tokenizer import TAGS, build_tokenizer, word_token

VIEW = ViewConfig(space="grid:100", factor=28, min_pixels=112 * 112, max_pixels=112 * 112)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(build_processor(VIEW), VIEW)


def test_every_word_of_a_scene_and_every_mark_is_one_token() -> None:
    tokenizer = build_tokenizer()
    for word in (*(f" {word}" for word in (*COLORS, *SHAPES)), *TAGS, *map(str, range(10))):
        assert word_token(tokenizer, word) < len(tokenizer)


def test_numbers_are_written_digit_by_digit() -> None:
    tokenizer = build_tokenizer()
    assert [tokenizer.decode(token) for token in tokenizer("(12, 7)")["input_ids"]] == ["(", "1", "2", ",", " ", "7", ")"]


def test_any_text_survives_the_tokenizer() -> None:
    tokenizer = build_tokenizer()
    text = "<think>\nÜber 3 Kreise → (7, 42)\n</think>\n<answer>été</answer>"
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_two_tokenizers_are_the_same() -> None:
    assert build_tokenizer().get_vocab() == build_tokenizer().get_vocab()


def test_a_word_of_several_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match="tokens, not one"):
        word_token(build_tokenizer(), "zyzzyva")


def test_one_seed_builds_one_student() -> None:
    first, second, other = (build_student(PretrainConfig(seed=seed, width=32, heads=2), VIEW).model.state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["lm_head.weight"], other["lm_head.weight"])


def test_a_view_that_does_not_fit_is_refused_with_both_sizes() -> None:
    with pytest.raises(ValueError, match=r"sees 112x112 .* makes 84x84"):
        build_student(PretrainConfig(), ViewConfig(min_pixels=28 * 28, max_pixels=100 * 100))


def test_an_object_covers_the_cells_under_it_and_at_least_the_nearest(reader: Reader) -> None:
    scene = draw_scene(random.Random(1), "hard")
    covered = reader.cover(scene)
    assert covered.shape == (len(scene.objects), 16)
    assert covered.any(axis=1).all()
    for item, row in zip(scene.objects, covered, strict=True):
        cell = int(item.center.y // 56) * 4 + int(item.center.x // 56)
        assert row[cell]


def test_a_covered_cell_is_told_its_object(reader: Reader) -> None:
    scene = draw_scene(random.Random(2), "easy")
    targets, covered = cell_targets(reader, [scene]), reader.cover(scene)
    alone = np.flatnonzero(covered.sum(axis=0) == 1)
    for cell in alone:
        item = scene.objects[int(covered[:, cell].argmax())]
        x, y, *_ = reader.place(item)
        assert targets[cell, :6].tolist() == [list(COLORS).index(item.color), SHAPES.index(item.shape), *divmod(x, 10), *divmod(y, 10)]
    assert (targets[~covered.any(axis=0), 2:] == IGNORED).all()


def test_only_coordinates_are_learned_from_a_caption(reader: Reader) -> None:
    rng = random.Random(3)
    page = reader.page(rng, [draw_scene(rng, "easy") for _ in range(4)], 3)
    decode = reader.processor.tokenizer.decode
    assert {decode(label) for label in page.labels[page.labels != IGNORED].tolist()} <= {*"0123456789,) "}
    assert {decode(page.ids[row, place]) for row, place in page.spots.tolist()} <= {*"0123456789,( "}


def test_a_caption_may_say_what_shape_an_object_has(reader: Reader) -> None:
    rng = random.Random(5)
    scenes = [draw_scene(rng, "easy") for _ in range(6)]
    page = reader.page(rng, scenes, 3, shapes=1.0)
    tokenizer = reader.processor.tokenizer
    said = 0
    for row, scene in enumerate(scenes):
        shapes = {item.color: item.shape for item in scene.objects}
        for color, shape in re.findall(r"The (\w+) object is [^.]*\. It is a (\w+)\.", tokenizer.decode(page.ids[row])):
            assert shape == shapes[color]
            said += 1
    learned = [tokenizer.decode(label) for label in page.labels[page.labels != IGNORED].tolist()]
    looking = [tokenizer.decode(page.ids[row, place]) for row, place in page.spots.tolist()]
    assert 0 < said == sum(word.strip() in SHAPES for word in learned) == looking.count(" a")


def test_looking_at_the_object_costs_nothing(reader: Reader) -> None:
    rng = random.Random(4)
    page = reader.page(rng, [draw_scene(rng, "easy")], 2)
    attention = torch.zeros(1, 4, page.ids.shape[1], page.ids.shape[1])
    for (row, place), cover in zip(page.spots.tolist(), page.covers, strict=True):
        attention[row, :, place, reader.image_positions] = cover / cover.sum()
    assert looking_loss(attention, reader, page).item() == pytest.approx(0, abs=1e-4)
    assert looking_loss(1 / 16 - attention / 16, reader, page).item() > 2


def test_the_learning_rate_rises_stays_and_falls() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    schedule = Schedule(optimizer([weight], 1.0), 2.0, 100)
    assert [round(schedule.rate(step), 3) for step in (1, 5, 50, 75, 100)] == [0.4, 2.0, 2.0, 1.0, 0.1]
