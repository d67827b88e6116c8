"""Body: a call as the JSON that is sent, and the reply as it is read.

Images go before the text of the first user message. The crops that a message names go before its own text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from pydantic import BaseModel, Field, ValidationError

from models.teacher.call import Call
from models.teacher.wire import MalformedReplyError


class Pictures(Protocol):
    """Where a call's images come from."""

    def url(self, image_id: str) -> str:
        """The image as a data URL."""
        ...

    def crop_url(self, crop: Mapping[str, Any]) -> str:
        """The crop that a message names (``image_id``, ``x``, ``y``, ``zoom``) as a data URL."""
        ...


class Message(BaseModel):
    """What was said, if anything."""

    content: str | None = None


class Choice(BaseModel):
    """One of the replies that were asked for."""

    message: Message
    finish_reason: str | None = None


class Usage(BaseModel):
    """What is paid for."""

    prompt_tokens: int
    completion_tokens: int


class Completion(BaseModel):
    """The fields of a chat completion that are read."""

    choices: list[Choice] = Field(min_length=1)
    usage: Usage | None = None


def write_body(call: Call, pictures: Pictures) -> bytes:
    """The body of a request."""
    return orjson.dumps({"model": call.model, "messages": messages(call, pictures), "seed": call.seed, "n": 1, **call.params})


def messages(call: Call, pictures: Pictures) -> list[dict[str, Any]]:
    """The call's messages with images and crops as blocks. Raises ``ValueError`` where there is no message for the images."""
    blocks = [[_image(pictures.crop_url(crop)) for crop in message.get("crops", ())] for message in call.messages]
    if call.image_ids:
        first = next((number for number, message in enumerate(call.messages) if message["role"] == "user"), None)
        if first is None:
            raise ValueError(f"call {call.request_id} of sample {call.sample_id} has images and no user message to put them in")
        blocks[first] = [*(_image(pictures.url(image_id)) for image_id in call.image_ids), *blocks[first]]
    return [_message(message, images) for message, images in zip(call.messages, blocks, strict=True)]


def read_reply(content: bytes) -> Completion:
    """The completion. Raises ``MalformedReplyError``; it holds the whole reply, as half a key could not be blotted out of a part of it."""
    try:
        return Completion.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        said = content.decode(errors="replace")
        raise MalformedReplyError(f"the reply is no completion: {place or 'the whole'}: {first['msg']}; it begins {said!r}") from None


def _message(message: Mapping[str, Any], images: list[dict[str, Any]]) -> dict[str, Any]:
    text = message["content"]
    return {"role": message["role"], "content": [*images, {"type": "text", "text": text}] if images else text}


def _image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}
