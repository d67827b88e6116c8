"""Server: the chat completions of OpenAI's API, answered by looking.

``POST /v1/chat/completions`` with images as data URLs, ``n``, ``seed``, ``temperature`` and ``max_tokens``; ``GET /v1/models``;
``GET /v1/fovea/calls`` counts the completions that were asked for (``calls``), the answers that were sent whole (``completed``) and those
of them to a question that had been answered before (``repeated``). A reply is a function of messages, seed, temperature and index.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from models.teacher.embedded.brief import images_in, read_brief
from models.teacher.embedded.chaos import Chaos, Weather
from models.teacher.embedded.door import COMPLETIONS, OPEN, Door
from models.teacher.embedded.errors import RequestError
from models.teacher.embedded.plan import CannotTellError, Thinker
from models.teacher.embedded.skills import SKILLS
from models.teacher.embedded.speech import count_tokens, first_tokens, image_tokens, speak
from models.teacher.embedded.tally import Tally, question_key

MODEL = "embedded-sight"
CREATED = 1_767_225_600
"""The model's birthday, seconds since 1970."""


class Completion(BaseModel):
    """The fields of a completion request that are heeded; others are ignored, but for ``stream``."""

    model: str
    messages: list[dict[str, Any]] = Field(min_length=1)
    n: int = Field(default=1, ge=1, le=128)
    seed: int = 0
    temperature: float = Field(default=1.0, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stream: bool = False


def create_app(weather: Weather | None = None, key: str | None = None) -> Starlette:
    """The server's application; with a ``weather`` it fails some calls, with a ``key`` it answers nobody without."""
    tally = Tally()
    routes = [
        Route(COMPLETIONS, _complete, methods=["POST"]),
        Route("/v1/models", _models),
        Route("/v1/models/{model}", _model),
        Route(f"{OPEN}calls", _calls),
    ]
    middleware = [Middleware(Door, tally, key), *([Middleware(Chaos, weather)] if weather else [])]
    app = Starlette(routes=routes, middleware=middleware, exception_handlers={RequestError: _refuse, 404: _unknown, 405: _unknown})
    app.state.tally = tally
    return app


async def _complete(request: Request) -> JSONResponse:
    asked = _read(await request.body())
    if asked.model != MODEL:
        raise RequestError(
            f"The model `{asked.model}` does not exist; there is {MODEL}.", param="model", status=404, code="model_not_found"
        )
    if asked.stream:
        raise RequestError("stream is not supported here", param="stream")
    key = question_key(asked.messages, asked.seed)
    return JSONResponse(_completion(asked, key), background=BackgroundTask(request.app.state.tally.complete, key))


def _read(body: bytes) -> Completion:
    try:
        return Completion.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise RequestError(f"{place or 'the body'}: {first['msg']}", param=place or None) from error


def _completion(asked: Completion, mark: str) -> dict[str, Any]:
    limit = asked.max_completion_tokens or asked.max_tokens
    try:
        texts = [reply(asked.messages, asked.temperature, random.Random(f"{mark} {index}")) for index in range(asked.n)]
    except (AttributeError, KeyError, TypeError) as error:
        raise RequestError(f"messages are not as they should be: {error!r}", param="messages") from error
    choices = [_choice(index, text, limit) for index, text in enumerate(texts)]
    return {
        "id": f"chatcmpl-{mark[:24]}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": choices,
        "usage": _usage(asked, choices),
    }


def reply(messages: Sequence[Mapping[str, Any]], temperature: float, rng: random.Random) -> str:
    """What the teacher says: by the skill that the messages ask for, else by looking; a plain sentence where it cannot tell."""
    try:
        for skill in SKILLS:
            text = skill(messages, temperature, rng)
            if text is not None:
                return text
        brief = read_brief(messages)
        return speak(brief, Thinker(brief, temperature, rng).plan(), temperature, rng)
    except CannotTellError as reason:
        return str(reason)


def _choice(index: int, text: str, limit: int | None) -> dict[str, Any]:
    kept = text if limit is None else first_tokens(text, limit)
    return {
        "index": index,
        "message": {"role": "assistant", "content": kept, "refusal": None},
        "logprobs": None,
        "finish_reason": "stop" if kept == text else "length",
    }


def _usage(asked: Completion, choices: list[dict[str, Any]]) -> Mapping[str, int]:
    contents = [message.get("content") for message in asked.messages]
    texts = [text for content in contents for text in ([content] if isinstance(content, str) else _texts(content))]
    prompt = sum(map(count_tokens, texts)) + image_tokens([(image.width, image.height) for image in images_in(asked.messages)])
    said = sum(count_tokens(choice["message"]["content"]) for choice in choices)
    return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}


def _texts(content: Any) -> list[str]:
    return [str(block["text"]) for block in content or () if block.get("type") == "text"]


async def _models(_: Request) -> JSONResponse:
    return JSONResponse({"object": "list", "data": [_card()]})


async def _model(request: Request) -> JSONResponse:
    name = request.path_params["model"]
    if name != MODEL:
        raise RequestError(f"The model `{name}` does not exist; there is {MODEL}.", param="model", status=404, code="model_not_found")
    return JSONResponse(_card())


def _card() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": CREATED, "owned_by": "fovea"}


async def _calls(request: Request) -> JSONResponse:
    return JSONResponse(request.app.state.tally.row())


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestError)
    return JSONResponse(error.body(), status_code=error.status)


async def _unknown(request: Request, error: Exception) -> JSONResponse:
    status = getattr(error, "status_code", 404)
    message = f"There is no {request.method} {request.url.path} here."
    return JSONResponse(RequestError(message, status=status).body(), status_code=status)
