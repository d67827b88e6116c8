"""Speech: a plan in the form that a brief shows, and its tokens.

What was said in earlier steps is not said again: a thing that an earlier step named keeps the place it was given there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from models.teacher.embedded.brief import Brief, points_in
from models.teacher.embedded.plan import Claim, Corners, Plan
from models.teacher.embedded.sight import Sight
from models.teacher.embedded.wandering import ASIDE, MARK, wander

OPENINGS = ("The {name} is at {place}.", "I see the {name} at {place}.")
ENOUGH = "I have seen enough."
VARIETY = 0.15
"""Share of the second opening per unit of temperature."""
LEAK = 0.15
"""Share of explanations per unit of temperature that say they were told, or begin with the answer, although they should not."""
TOLD = ("As given, ", "The answer is {answer}.\n")
TOKEN = re.compile(r"\s*(?:\d|[A-Za-z]+|[^\sA-Za-z\d])")
PATCH = 28
"""Side in pixels of what one image token covers."""


def speak(brief: Brief, plan: Plan, temperature: float, rng: random.Random) -> str:
    """The reply: all steps and the answer, or what comes next of them."""
    plan, left = _continue(brief, plan)
    sentences = [_sentence(brief, claim, OPENINGS[rng.random() < VARIETY * temperature]) for claim in left]
    answer = f"<answer>{_answer(brief, plan)}</answer>"
    if brief.must_answer:
        return answer
    if brief.one_step and (aside := wander(brief, plan.claims, left, temperature, rng)):
        left, sentences = [aside], [_sentence(brief, aside, ASIDE)]
    if sentences and brief.known and rng.random() < LEAK * temperature:
        sentences[0] = _leaked(brief, plan, sentences[0], rng)
    if brief.tool_form:
        looks = [_look(brief, claim, _after(plan, claim) + sentence) for claim, sentence in zip(left, sentences, strict=True)]
        closing = f"<think>\n{(plan.claims[-1].finding if plan.claims else '') or ENOUGH}\n</think>\n{answer}"
        if brief.observation is None:
            return looks[0] if looks else closing
        return "\n".join([*(f"{look}\n{brief.observation}" for look in looks), closing])
    sentences = [f"{sentence} {claim.finding}".rstrip() for claim, sentence in zip(left, sentences, strict=True)]
    if brief.one_step:
        return f"<think>{sentences[0]}</think>" if sentences else answer
    thoughts = "\n".join(sentences)
    return f"<think>\n{thoughts}\n</think>\n{answer}"


def write_place(form: str, claim: Claim, brief: Brief, ordinal: str | None = None) -> str:
    """A claim's place in a form such as ``(x1, y1, x2, y2)``, in the coordinates of the reply, after what says which image it is on."""
    if ordinal is None:
        ordinal = f"image {claim.image + 1}: " if claim.image and brief.names_images else ""
    image = brief.images[claim.image]
    wide, high = brief.extents[claim.image]
    sx, sy = wide / image.width, high / image.height
    x1, y1, x2, y2 = claim.box
    values = {"x1": x1 * sx, "y1": y1 * sy, "x2": x2 * sx, "y2": y2 * sy, "x": claim.point[0] * sx, "y": claim.point[1] * sy}
    digits = 3 if max(wide, high) <= 1 else 0
    return ordinal + re.sub(r"\b[xy][12]?\b(?!>)", lambda match: f"{values[match[0]]:.{digits}f}", form)


def count_tokens(text: str) -> int:
    """Tokens of a text: words, digits and signs."""
    return sum(1 for _ in TOKEN.finditer(text))


def first_tokens(text: str, count: int) -> str:
    """The text as far as that many tokens reach."""
    ends = [match.end() for _, match in zip(range(count), TOKEN.finditer(text), strict=False)]
    return text[: ends[-1]] if ends else ""


def image_tokens(sizes: Sequence[tuple[int, int]]) -> int:
    """Tokens of images of these widths and heights."""
    return sum(-(-width // PATCH) * -(-height // PATCH) for width, height in sizes)


def _continue(brief: Brief, plan: Plan) -> tuple[Plan, list[Claim]]:
    """The plan with what earlier steps said in it, and the claims not yet said."""
    said = {claim: found for claim in plan.claims if (found := _said(brief, claim))}
    places = tuple(said.get(claim, claim) for claim in plan.places)
    return replace(plan, places=places), [claim for claim in plan.claims if claim not in said]


def _said(brief: Brief, claim: Claim) -> Claim | None:
    """The claim as an earlier step made it."""
    for step in brief.earlier:
        points = points_in(step)
        if MARK not in step and points and claim.name in step.lower():
            image, (wide, high) = brief.images[claim.image], brief.extents[claim.image]
            x, y = points[0][0] * image.width / wide, points[0][1] * image.height / high
            dx, dy = x - claim.point[0], y - claim.point[1]
            x1, y1, x2, y2 = claim.box
            inside = x1 <= x <= x2 and y1 <= y <= y2
            return claim if inside else replace(claim, point=(x, y), box=_moved(claim.box, dx, dy, image))
    return None


def _moved(box: Corners, dx: float, dy: float, image: Sight) -> Corners:
    """The box at another place, as far as it lies on the image."""
    x1, x2 = (min(max(x + dx, 0.0), image.width) for x in box[::2])
    y1, y2 = (min(max(y + dy, 0.0), image.height) for y in box[1::2])
    return x1, y1, x2, y2


def _sentence(brief: Brief, claim: Claim, form: str) -> str:
    place = write_place(brief.place_form, claim, brief) if brief.place_form else _part(brief, claim)
    sentence = form.format(name=claim.name, place=place)
    if len(brief.images) == 1 or (brief.names_images and brief.place_form):
        return sentence
    return f"In image {claim.image + 1} {sentence[0].lower() if sentence.startswith('The') else sentence[0]}{sentence[1:]}"


def _leaked(brief: Brief, plan: Plan, sentence: str, rng: random.Random) -> str:
    """A first sentence, or one before it, that gives away what was known before anything was seen."""
    form = rng.choice(TOLD[: 1 if brief.tool_form else 2])
    answer = plan.text
    if answer is None:
        place = write_place(brief.place_form, plan.places[0], brief) if brief.place_form else _part(brief, plan.places[0])
        answer = f"at {place}"
    if form == TOLD[0] and not sentence.startswith("I "):
        sentence = f"{sentence[0].lower()}{sentence[1:]}"
    return form.format(answer=answer) + sentence


def _part(brief: Brief, claim: Claim) -> str:
    """The part of the image where a claim's place is, in words."""
    image = brief.images[claim.image]
    row = ("top", "middle", "bottom")[min(int(3 * claim.point[1] / image.height), 2)]
    column = ("left", "center", "right")[min(int(3 * claim.point[0] / image.width), 2)]
    return f"the {row} {column}"


def _answer(brief: Brief, plan: Plan) -> str:
    if plan.text is not None:
        return plan.text
    return brief.separator.join(write_place(brief.answer_form, claim, brief) for claim in plan.places)


def _after(plan: Plan, claim: Claim) -> str:
    """What the look before a claim has shown, as a line before the claim's."""
    place = plan.claims.index(claim) if claim in plan.claims else 0
    finding = plan.claims[place - 1].finding if place else ""
    return f"{finding}\n" if finding else ""


def _look(brief: Brief, claim: Claim, sentence: str) -> str:
    """A thought and the call for a closer look at its place."""
    form = brief.tool_form or ""
    if claim.image:
        form = form.replace("[x, y]", f'[x, y], "image": {claim.image + 1}')
    return f"<think>\n{sentence}\n</think>\n{write_place(form, claim, brief, ordinal='')}"
