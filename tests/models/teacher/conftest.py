from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion
from PIL import Image

from data.images import png
from data.sources.canvas import SceneObject, paint
from data.space import Box, Space
from models.teacher.loopback import start_embedded

Ask = Callable[..., ChatCompletion]
MODEL = "embedded-sight"


@pytest.fixture(scope="session")
def teacher_url() -> Iterator[str]:
    with start_embedded() as url:
        yield url


@pytest.fixture
def openai(teacher_url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=teacher_url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
def ask(openai: OpenAI) -> Ask:
    """Ask a text about images, at temperature 0 unless told."""

    def asked(text: str, *images: Image.Image, before: Sequence[Any] = (), **params: Any) -> ChatCompletion:
        messages: Any = [user_message(text, *images), *before]
        completion: ChatCompletion = openai.chat.completions.create(model=MODEL, messages=messages, **({"temperature": 0} | params))
        return completion

    return asked


@pytest.fixture
def scene() -> Image.Image:
    """A red circle at (30, 40) and a blue square at (80, 45) on 112 x 112 pixels."""
    return draw(("red", "circle", 20, 30, 20), ("blue", "square", 70, 35, 20))


def draw(*objects: tuple[str, str, int, int, int]) -> Image.Image:
    """A canvas of 112 pixels with objects as colour, shape, left, top, side."""
    space = Space.pixels(112, 112)
    items = [SceneObject(color, shape, Box(x, y, x + side, y + side, space)) for color, shape, x, y, side in objects]
    return paint(items, 112, 235).image


def user_message(text: str, *images: Image.Image) -> dict[str, Any]:
    urls = [f"data:image/png;base64,{base64.b64encode(png(image)).decode()}" for image in images]
    blocks = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"role": "user", "content": [*blocks, {"type": "text", "text": text}]}
