"""Brief: what the messages of a request ask for, read as any reader would.

The form of the reply is taken from the example that the messages show: where it has ``(x, y)`` or ``[x1, y1, x2, y2]`` the reply has
numbers. Coordinates run as far as the messages say, else over the image's pixels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.teacher.embedded.errors import RequestError
from models.teacher.embedded.sight import Sight, look

EXTENT = re.compile(r"image (\d+): x runs? from 0 to ([\d.]+)(?:,| and) y (?:runs? )?from 0 to ([\d.]+)", re.IGNORECASE)
PLACE = re.compile(r"<box>\[x1, ?y1, ?x2, ?y2\]</box>|\(x1, ?y1\), ?\(x2, ?y2\)|[(\[]x1, ?y1, ?x2, ?y2[)\]]|[(\[]x, ?y[)\]]")
NAMED_IMAGE = re.compile(rf"\bimage 2: (?:{PLACE.pattern})")
THOUGHT = re.compile(r"<think>(.*?)</think>", re.DOTALL)
ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
TOOL_CALL = re.compile(r"<tool_call>.*?</tool_call>", re.DOTALL)
OBSERVATION = re.compile(r"<observation>.*?</observation>", re.DOTALL)
QUESTION = re.compile(r"^question:\s*(.+?)(?=\n\s*\n|\nchoices:|\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL)
CHOICES = re.compile(r"^choices:\s*\n((?:- .+\n?)+)", re.IGNORECASE | re.MULTILINE)
KNOWN = re.compile(
    r"^- (answer|evidence), image (\d+), (.+?): (?:\[([-\d.]+), ([-\d.]+), ([-\d.]+), ([-\d.]+)\]|\(([-\d.]+), ([-\d.]+)\))$",
    re.IGNORECASE | re.MULTILINE,
)
KNOWN_ANSWER = re.compile(r"^- the answer is: (.+)$", re.IGNORECASE | re.MULTILINE)
NUMBERED = re.compile(r"^(?:step )?\d+[.:] (.+)$", re.IGNORECASE | re.MULTILINE)
STEP_BY_STEP = re.compile(r"\b(?:one|a single) (?:step|thought) (?:per|in each|a) reply\b", re.IGNORECASE)
LEAST = re.compile(r"\bat least (\d+) thoughts\b", re.IGNORECASE)
FORCED = re.compile(r"\bfinal answer now\b", re.IGNORECASE)
NUMBER = r"(-?\d+(?:\.\d+)?)"


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A box that the messages give, in pixels of its image; a point is a box without extent."""

    label: str
    image: int
    box: tuple[float, float, float, float]
    is_answer: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked, of which images, and how the reply should look."""

    images: tuple[Sight, ...]
    extents: tuple[tuple[float, float], ...]
    """How far x and y run in the reply, per image."""
    question: str
    choices: tuple[str, ...]
    place_form: str | None
    """How a place is written in a thought, such as ``(x, y)``; None where thoughts have no coordinates."""
    answer_form: str
    """How a place is written in the answer."""
    separator: str
    """What stands between several places of an answer."""
    names_images: bool
    """Whether a place on an image other than the first has ``image 2:`` before it."""
    tool_form: str | None
    """A tool call that asks for a closer look, with ``[x, y]`` in it."""
    observation: str | None
    """What stands for the closer look where a reply is to hold the whole conversation."""
    known: tuple[KnownPlace, ...]
    known_answer: str | None
    earlier: tuple[str, ...]
    """Steps that were said before."""
    one_step: bool
    least_thoughts: int
    must_answer: bool


def read_brief(messages: Sequence[Mapping[str, Any]]) -> Brief:
    """Read chat messages. Raises ``RequestError`` where they are none."""
    texts = [(str(message.get("role")), text_of(message)) for message in messages]
    prompt = "\n\n".join(text for role, text in texts if role != "assistant")
    images = images_in(messages)
    if not images:
        raise RequestError("there is no image in the messages", param="messages")
    extents = _extents(prompt, images)
    form = next((match for match in THOUGHT.finditer(prompt)), None)
    tool = TOOL_CALL.search(prompt)
    answer = ANSWER.search(prompt)
    places = PLACE.findall(answer[1]) if answer else []
    last = next((text for role, text in reversed(texts) if role == "user"), "")
    return Brief(
        images=images,
        extents=extents,
        question=_question(prompt),
        choices=_choices(prompt),
        place_form=_place_form(form[1] if form else ""),
        answer_form=places[0] if places else "",
        separator=between[0] if (between := PLACE.split(answer[1] if answer else "")[1:-1]) else "; ",
        names_images=bool(NAMED_IMAGE.search(prompt)),
        tool_form=tool[0] if tool and _place_form(tool[0]) else None,
        observation=shown[0] if (shown := OBSERVATION.search(_first_user(texts))) else None,
        known=_known(prompt, images, extents),
        known_answer=found[1].strip() if (found := KNOWN_ANSWER.search(prompt)) else None,
        earlier=_earlier(texts, last),
        one_step=bool(STEP_BY_STEP.search(prompt)),
        least_thoughts=int(least[1]) if (least := LEAST.search(prompt)) else 0,
        must_answer=bool(FORCED.search(last)),
    )


def points_in(text: str) -> list[tuple[float, float]]:
    """Points ``(x, y)`` or ``[x, y]`` written in a text, in its own coordinates."""
    return [(float(x), float(y)) for x, y in re.findall(rf"[(\[]{NUMBER}, ?{NUMBER}[)\]]", text)]


def _first_user(texts: Sequence[tuple[str, str]]) -> str:
    return next((text for role, text in texts if role == "user"), "")


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a chat message, without its images."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(str(block.get("text", "")) for block in content or () if block.get("type") == "text")


def images_in(messages: Sequence[Mapping[str, Any]]) -> tuple[Sight, ...]:
    """The images of the first message that has any; later ones are closer looks at them."""
    for message in messages:
        content = message.get("content")
        blocks = content if isinstance(content, list) else []
        urls = [block["image_url"]["url"] for block in blocks if block.get("type") == "image_url"]
        if urls:
            return tuple(look(url) for url in urls)
    return ()


def _extents(prompt: str, images: Sequence[Sight]) -> tuple[tuple[float, float], ...]:
    said = {int(number) - 1: (float(x), float(y)) for number, x, y in EXTENT.findall(prompt)}
    return tuple(said.get(index, (image.width, image.height)) for index, image in enumerate(images))


def _question(prompt: str) -> str:
    found = list(QUESTION.finditer(prompt))
    return found[-1][1].strip() if found else prompt.strip().rpartition("\n")[2]


def _choices(prompt: str) -> tuple[str, ...]:
    found = list(CHOICES.finditer(prompt))
    return tuple(line.removeprefix("- ").strip() for line in found[-1][1].splitlines() if line.strip()) if found else ()


def _place_form(text: str) -> str | None:
    found = PLACE.search(text)
    return found[0] if found else None


def _known(prompt: str, images: Sequence[Sight], extents: Sequence[tuple[float, float]]) -> tuple[KnownPlace, ...]:
    places = []
    for role, number, label, *numbers in KNOWN.findall(prompt):
        index = int(number) - 1
        if 0 <= index < len(images):
            sx, sy = images[index].width / extents[index][0], images[index].height / extents[index][1]
            x1, y1, x2, y2 = [float(written) for written in numbers if written] * (2 if numbers[-1] else 1)
            places.append(KnownPlace(label.strip(), index, (x1 * sx, y1 * sy, x2 * sx, y2 * sy), role.lower() == "answer"))
    return tuple(places)


def _earlier(texts: Sequence[tuple[str, str]], last: str) -> tuple[str, ...]:
    said = [thought for role, text in texts if role == "assistant" for thought in THOUGHT.findall(text) or [text]]
    listed = NUMBERED.findall(last.partition("Steps so far:")[2])
    lines = (line.strip() for thought in said for line in thought.splitlines())
    return (*filter(None, lines), *(step.strip() for step in listed))
