"""Conversations that a scripted writer holds about one drawn picture, with the tiny student's own processor."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from data.conversation import conversation, prompt_messages
from data.cropping import ZoomConfig, crop_image
from data.dialects import get_dialect
from data.observing import HEAD, TurnsConfig, observation
from data.sample import Sample, Task
from data.space import Frame
from data.trace import Answer, PlacedPoint, Step, Trace, Zoom
from data.viewing import ViewConfig
from models.student.crops import Crops
from models.student.encoding import Encoder
from models.student.load import Student
from models.student.player import Player
from models.student.stopping import StopReason
from models.student.turn_rows import turn_rows
from models.student.turns import Ask, Episode
from models.student.writing import Request, Sampling, Written

SAMPLE = Sample("smp_1", "set", "train", Task.TEXT, ("img_1",), "What is there?", answer="red")
VIEW = ViewConfig(space="grid:100", min_pixels=112 * 112, max_pixels=112 * 112)
CLOSE = ZoomConfig(half_px=28, side_px=112)
PICTURE = Image.effect_noise((448, 448), 90).convert("RGB")
FRAMES = [VIEW.frame(448, 448)]
ZOOM = get_dialect("vigorl_zoom")
ANSWER = "<think>\nIt is red.\n</think>\n<answer>red</answer>"
SAMPLING = Sampling(max_new_tokens=96, ends=(0,), pad=0)


class Script:
    """Says the lines of each seed, one a turn, and notes what it was asked."""

    def __init__(self, tokenizer: Any, *lines: Sequence[str], is_cut: bool = False) -> None:
        self.tokenizer, self.lines, self.is_cut = tokenizer, [list(one) for one in lines], is_cut
        self.rounds: list[list[Request]] = []
        self._whose: dict[int, int] = {}

    def write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        self.rounds.append(list(requests))
        return [self._line(self._number(request), request.max_new_tokens) for request in requests]

    def _number(self, request: Request) -> int:
        """Which conversation asks: those that wait stand in order."""
        waiting = [number for number, lines in enumerate(self.lines) if lines and number not in self._whose.values()]
        number = waiting[0]
        self._whose[len(self._whose)] = number
        if len(self._whose) == len(self.rounds[-1]):
            self._whose.clear()
        return number

    def _line(self, number: int, most: int | None) -> Written:
        ids = tuple(self.tokenizer(self.lines[number].pop(0), add_special_tokens=False)["input_ids"])
        ids = ids if self.is_cut else (*ids, self.tokenizer.eos_token_id)
        kept = ids[:most]
        return Written(kept, kept == ids and not self.is_cut, tuple(-1.0 for _ in kept))


def call(x: object, y: object, **more: object) -> str:
    further = "".join(f', "{name}": {value}' for name, value in more.items())
    body = f'{{"name": "search_coordinate", "arguments": {{"coordinate": [{x}, {y}]{further}}}}}'
    return f"<think>\nSmall.\n</think>\n<tool_call>\n{body}\n</tool_call>"


def play(student: Student, *lines: Sequence[str], is_cut: bool = False, **turns: Any) -> tuple[list[Episode], Script]:
    encoder = encoder_of(student)
    script = Script(student.processor.tokenizer, *lines, is_cut=is_cut)
    player = Player(encoder, ZOOM, TurnsConfig(**turns), Crops(CLOSE))
    prompt = encoder.encode(prompt_messages(SAMPLE, dialect="vigorl_zoom", frames=FRAMES), [PICTURE])
    asks = [Ask(prompt, [PICTURE], FRAMES, seed) for seed in range(len(lines))]
    return player.play(asks, script, SAMPLING), script


def encoder_of(student: Student) -> Encoder:
    return Encoder(student.processor, student.model.config.image_token_id)


def test_a_call_is_shown_what_it_asks_for(tiny_student: Student) -> None:
    (episode,), script = play(tiny_student, [call(50, 25), ANSWER])
    assert episode.stop_reason == StopReason.ANSWERED
    assert [turn.role for turn in episode.turns] == ["assistant", "user", "assistant"]
    assert episode.turns[1].text == observation()
    assert episode.looks == (PlacedPoint(224, 112),)
    crop = encoder_of(tiny_student).pictures([crop_image(PICTURE, 224, 112, CLOSE)])
    assert script.rounds[1][0].prompt.pictures[1].fields["pixel_values"].equal(crop[0].fields["pixel_values"])


def test_own_tokens_are_those_that_the_writer_wrote(tiny_student: Student) -> None:
    (episode,), _ = play(tiny_student, [call(50, 25), ANSWER])
    own = [token for token, is_own in zip(episode.ids, episode.is_own, strict=True) if is_own]
    end = tiny_student.processor.tokenizer.eos_token_id
    written = [tiny_student.processor.tokenizer(text, add_special_tokens=False)["input_ids"] for text in (call(50, 25), ANSWER)]
    assert own == [*written[0], end, *written[1], end]
    assert episode.completion_tokens == len(own) == sum(logprob == -1.0 for logprob in episode.logprobs or ())
    assert tiny_student.model.config.image_token_id not in own
    assert episode.image_tokens == 32


def test_a_published_conversation_has_the_tokens_of_a_played_one(tiny_student: Student) -> None:
    steps = (Step("Small.", (), (Zoom(PlacedPoint(224, 112)),)), Step("There.", (), (Zoom(PlacedPoint(0, 448)),)), Step("It is red."))
    trace = Trace(steps, Answer("red"))
    messages = conversation(SAMPLE, trace, "terse", "vigorl_zoom", FRAMES, most_looks=2)
    lines = [turn.text for turn in ZOOM.render_turns(trace, FRAMES, Task.TEXT) if turn.role == "assistant"]
    (episode,), script = play(tiny_student, lines, most_looks=2)
    assert episode.stop_reason == StopReason.FORCED
    crops = [crop_image(PICTURE, look.x, look.y, CLOSE) for look in episode.looks]
    published = encoder_of(tiny_student).encode(messages, [PICTURE, *crops]).ids
    played = script.rounds[0][0].prompt.ids + episode.ids
    assert played == published[: len(played)]
    assert tiny_student.processor.tokenizer.decode(published[len(played) :]) == "\n<|im_start|>assistant\n"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (call(101, 3), "the tool call lies outside its image: (101, 3) on image 1, where x runs from 0 to 100 and y from 0 to 100"),
        (call(1, 3, image=2), "the tool call is about an image that is not there: image 2 of 1"),
        (call('"a"', 3), "the tool call has no coordinate: ['a', 3] is not two numbers [x, y]"),
        (call(1, 3).replace("search_coordinate", "crop"), "the tool call names no known tool: crop; there is search_coordinate"),
        (call(1, 3).replace('{"name"', "name"), 'the tool call is not JSON: name: "search'),
        ("<tool_call>{}</tool_call>", "no thought with a tool call: tool_call {} /tool_call is not"),
    ],
)
def test_a_bad_call_is_told_what_is_wrong(tiny_student: Student, said: str, reason: str) -> None:
    (episode,), _ = play(tiny_student, [said, ANSWER])
    first, told, _ = episode.turns
    assert (first.call_error or "").startswith(reason)
    assert told.text == observation(first.call_error)
    assert (episode.looks, episode.image_tokens, episode.stop_reason) == ((), 16, StopReason.ANSWERED)


def test_a_point_off_the_image_stays_in_the_episode(tiny_student: Student) -> None:
    (episode,), _ = play(tiny_student, [call(150, 50), ANSWER])
    assert episode.turns[0].look == PlacedPoint(672, 224)
    parsed = ZOOM.parse_turns(episode.said, FRAMES, Task.TEXT)
    assert parsed.trace is not None
    assert parsed.trace.answer.text == "red"
    assert (parsed.error or "").startswith("turn 1: the tool call lies outside its image")


@pytest.mark.parametrize(
    ("lines", "turns", "stop_reason"),
    [
        ([ANSWER], {}, StopReason.ANSWERED),
        (["Nothing."], {}, StopReason.SILENT),
        ([call(1, 1), ANSWER], {"most_looks": 1}, StopReason.FORCED),
        ([call(1, 1), call(2, 2)], {"most_looks": 1}, StopReason.LOOKS),
        ([call(1, 1), "Nothing."], {"most_looks": 1}, StopReason.SILENT),
        ([call(1, 1)], {"turn_tokens": 9}, StopReason.LENGTH),
        ([call(1, 1)], {"episode_tokens": 60}, StopReason.EPISODE),
        ([call(1, 1), ANSWER], {"episode_tokens": 90}, StopReason.LENGTH),
    ],
)
def test_every_end_has_its_reason(tiny_student: Student, lines: list[str], turns: dict[str, Any], stop_reason: StopReason) -> None:
    (episode,), _ = play(tiny_student, lines, **turns)
    assert episode.stop_reason == stop_reason
    assert len(episode.ids) == len(episode.is_own) == len(episode.logprobs or ())
    assert len(episode.ids) <= turns.get("episode_tokens", 10_000)


def test_after_the_last_look_the_answer_is_asked_for(tiny_student: Student) -> None:
    (episode,), _ = play(tiny_student, [call(1, 1), call(101, 1), ANSWER], most_looks=2)
    assert episode.turns[1].text == observation()
    assert episode.turns[3].text == observation(episode.turns[2].call_error, is_last=True)
    assert len(episode.looks) == 1


def test_an_opened_answer_is_not_the_students_own(tiny_student: Student) -> None:
    (episode,), _ = play(tiny_student, [call(1, 1), "red</answer>"], most_looks=1, opens_answer=True)
    assert episode.turns[-1].text == f"{HEAD}red</answer>"
    assert ZOOM.parse_turns(episode.said, FRAMES, Task.TEXT).error is None
    own = [token for token, is_own in zip(episode.ids, episode.is_own, strict=True) if is_own]
    assert tiny_student.processor.tokenizer.decode(own[-6:]).endswith("red</answer><|im_end|>")
    assert "<answer>" not in tiny_student.processor.tokenizer.decode(own)


def test_without_looks_the_first_call_is_refused(tiny_student: Student) -> None:
    (episode,), _ = play(tiny_student, [call(1, 1), ANSWER], most_looks=0)
    assert episode.turns[1].text == observation("the tool call comes after the last look: there are 0", is_last=True)
    assert (episode.stop_reason, episode.looks, episode.image_tokens) == (StopReason.FORCED, (), 16)


def test_conversations_that_have_ended_leave_the_batch(tiny_student: Student) -> None:
    lines = [[ANSWER], [call(1, 1), call(2, 2), ANSWER], ["Nothing."], [call(3, 3), ANSWER]]
    episodes, script = play(tiny_student, *lines)
    assert [len(asked) for asked in script.rounds] == [4, 2, 1]
    assert [len(episode.looks) for episode in episodes] == [0, 2, 0, 1]


def test_each_turn_has_a_chance_of_its_own(tiny_student: Student) -> None:
    _, script = play(tiny_student, [call(1, 1), call(2, 2), ANSWER])
    seeds = [asked[0].seed for asked in script.rounds]
    assert seeds[0] == 0
    assert len(set(seeds)) == 3


def test_a_row_says_what_was_shown_of_which_image(tiny_student: Student) -> None:
    (episode,), _ = play(tiny_student, [call(50, 2), call(101, 1), ANSWER])
    rows = turn_rows("What?", ["img_0", "img_1"], episode.turns)
    assert [(row["role"], row["image_id"]) for row in rows[:2]] == [("user", "img_0"), ("user", "img_1")]
    assert [row["text"] for row in rows[:2]] == [None, "What?"]
    assert rows[3]["crop"] == [196, 0, 252, 56]
    assert rows[2]["points"] == rows[3]["points"] == [{"x": 224, "y": 8.96, "image_index": 0, "label": None}]
    assert [row["crop"] for row in (rows[2], rows[4], rows[5])] == [None] * 3
    assert rows[4]["call_error"] == rows[5]["call_error"] != rows[6]["call_error"]


def test_a_look_at_another_image_shows_that_image(tiny_student: Student) -> None:
    encoder = encoder_of(tiny_student)
    other = Image.new("RGB", (112, 112), "green")
    frames: list[Frame] = [*FRAMES, VIEW.frame(112, 112)]
    two = dataclasses.replace(SAMPLE, image_ids=("img_1", "img_2"))
    prompt = encoder.encode(prompt_messages(two, dialect="vigorl_zoom", frames=frames), [PICTURE, other])
    script = Script(tiny_student.processor.tokenizer, [call(50, 50, image=2), ANSWER])
    player = Player(encoder, ZOOM, TurnsConfig(), Crops(CLOSE))
    (episode,) = player.play([Ask(prompt, [PICTURE, other], frames, 0)], script, SAMPLING)
    assert episode.looks == (PlacedPoint(56, 56, 1),)
    assert len(script.rounds[1][0].prompt.pictures) == 3


def test_the_same_look_is_the_same_picture() -> None:
    crops = Crops(CLOSE, held=1)
    first = crops.take(PICTURE, PlacedPoint(9, 9))
    assert crops.take(PICTURE, PlacedPoint(9, 9)) is first
    crops.take(PICTURE, PlacedPoint(99, 9))
    assert crops.take(PICTURE, PlacedPoint(9, 9)) is not first
