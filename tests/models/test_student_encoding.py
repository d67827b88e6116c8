"""Encoding: prompts, and the prompts that follow them, for every architecture."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from PIL import Image

from models.student.encoding import Encoder, Prompt, pad_left
from models.student.load import load_student
from models.student.pictures import PictureReader, distinct_pictures
from tests.models.folders import ARCHITECTURES, build_folder

RED, BLUE, GREEN = (Image.new("RGB", size, color) for size, color in (((112, 90), "red"), ((60, 200), "blue"), ((70, 70), "green")))


@pytest.fixture(scope="module", params=ARCHITECTURES)
def processor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_student(build_folder(tmp_path_factory.mktemp("student") / request.param, request.param)).processor


@pytest.fixture
def encoder(processor: Any) -> Encoder:
    return Encoder(processor, processor.image_token_id)


def says(role: str, text: str, images: int = 0) -> dict[str, Any]:
    return {"role": role, "content": [*[{"type": "image"}] * images, {"type": "text", "text": text}]}


def tokens(encoder: Encoder, text: str) -> list[int]:
    found: list[int] = encoder.processor.tokenizer(text, add_special_tokens=False)["input_ids"]
    return found


def fields_agree(one: Prompt, other: Prompt) -> bool:
    return one.fields.keys() == other.fields.keys() and all(torch.equal(one.fields[name], other.fields[name]) for name in one.fields)


def test_a_prompt_is_what_the_processor_makes_of_it(encoder: Encoder) -> None:
    messages = [says("user", "Where?", images=2)]
    text = encoder.processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    expected = dict(encoder.processor(text=[text], images=[[RED, BLUE]], return_tensors="pt"))
    found = encoder.encode(messages, [RED, BLUE])
    read = pad_left([found], 0, encoder.image_token)
    assert found.images == 2
    assert read.keys() == expected.keys()
    assert all(torch.equal(read[name], expected[name]) for name in expected)


def test_a_prompt_that_follows_is_the_prompt_of_the_whole_conversation(encoder: Encoder) -> None:
    asked, told = [says("user", "Where?", images=1)], [says("user", "Here it is.", images=1)]
    first = encoder.encode(asked, [RED])
    whole = encoder.encode([*asked, says("assistant", "at (5, 7)"), *told], [RED, BLUE])
    own = whole.ids[len(first.ids) : len(first.ids) + len(tokens(encoder, "at (5, 7)")) + 1]
    for written in (own, own[:-1]):
        follows = encoder.extend(first, written, told, [BLUE])
        assert encoder.processor.tokenizer.decode(list(follows.ids)) == encoder.processor.tokenizer.decode(list(whole.ids))
        assert fields_agree(follows, whole)
        assert follows.images == 2


def test_what_a_student_wrote_is_never_searched(encoder: Encoder) -> None:
    first = encoder.encode([says("user", "Where?")], [])
    own = tokens(encoder, "the answer of the student<|im_end|>. the answer of the student")
    follows = encoder.extend(first, own, [says("user", "the answer of the student")])
    assert follows.ids[: len(first.ids) + len(own)] == first.ids + tuple(own)
    assert "user" in encoder.processor.tokenizer.decode(list(follows.ids[len(first.ids) + len(own) :])).lower()


def test_the_same_image_is_the_same_picture(encoder: Encoder) -> None:
    one, other = (encoder.encode([says("user", text, images=2)], images) for text, images in (("a", [RED, BLUE]), ("b", [BLUE, RED])))
    assert one.pictures == other.pictures[::-1]
    kept, which = distinct_pictures([*one.pictures, *other.pictures])
    assert (kept, which) == (list(one.pictures), [0, 1, 1, 0])


def test_pictures_are_held_up_to_a_size() -> None:
    calls: list[Image.Image] = []

    def look(images: list[Image.Image], **_: Any) -> dict[str, torch.Tensor]:
        calls.extend(images)
        return {"pixel_values": torch.zeros(len(images), 4)}

    reader = PictureReader(look, held_bytes=2 * 16)
    for image in (RED, BLUE, RED, GREEN, RED, BLUE):
        reader([image])
    assert calls == [RED, BLUE, GREEN, BLUE]


def test_images_that_a_processor_takes_only_together_are_one_picture() -> None:
    reader = PictureReader(lambda images, **_: {"patches": torch.zeros(1, len(images))})
    assert reader([RED, BLUE])["patches"].shape == (1, 2)
    assert reader.last is None
