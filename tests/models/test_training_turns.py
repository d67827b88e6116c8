"""A reinforcement whose policy looks closer: what its tables say, and what the loss reads of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from data.conversation import prompt_messages
from data.cropping import ZoomConfig
from data.dialects import get_dialect
from data.observing import TurnsConfig
from data.sample import Sample, Task
from models.student.crops import Crops
from models.student.encoding import Encoder, Prompt, pad_left
from models.student.load import load_student
from models.student.player import Player
from models.student.turns import Ask
from models.student.writing import Request, Sampling, Writer, Written
from models.training import reinforce as training
from models.training.loss_rows import LossRows
from models.training.policy import PolicyTrainer
from models.training.session import open_session
from tests.models.folders import build_folder, view
from tests.models.training_ground import Ground, make_ground

CALL = '<think>\nSmall.\n</think>\n<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [%s, 500]}}\n</tool_call>'
ANSWER = "<think>\nThere.\n</think>\n<answer>(500, 500)</answer>"
SCRIPT = ((CALL % 250, ANSWER), (ANSWER,), (CALL % 1250, "Nothing."), (CALL % 750, CALL % 500, ANSWER))
CLOSE = ZoomConfig(half_px=14, side_px=56)
TURNS = TurnsConfig(most_looks=2, turn_tokens=64)


class TurnWriter:
    """Says the line of a script that the number of pictures and texts so far leads to."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._held: dict[tuple[int, ...], int] = {}

    def write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        return [self._line(place, request, sampling) for place, request in enumerate(requests)]

    def _line(self, place: int, request: Request, sampling: Sampling) -> Written:
        text = self.tokenizer.decode(request.prompt.ids)
        calls = text.count("<tool_call>")
        lines = SCRIPT[place % len(SCRIPT)] if not calls else next(one for one in SCRIPT if one[0] in text and len(one) > calls)
        ids = self.tokenizer(lines[calls], add_special_tokens=False)["input_ids"]
        return Written((*ids, sampling.ends[0]), has_ended=True)


class TurnTrainer(PolicyTrainer):
    """A ``PolicyTrainer`` that is told what to say."""

    @contextmanager
    def _writer(self) -> Iterator[Writer]:
        yield TurnWriter(self.processing_class.tokenizer)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    ground = make_ground(tmp_path_factory.mktemp("turns"), count=4)
    changes = {"dialect": "vigorl_zoom", "zoom": CLOSE, "turns": TURNS}
    return dataclasses.replace(ground, student=ground.student.model_copy(update=changes))


@pytest.fixture(scope="module")
def rollouts(ground: Ground) -> list[dict[str, Any]]:
    """The rows of two steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "PolicyTrainer", TurnTrainer)
        training.reinforce(ground.reinforce_job("out", steps=2))
    rows: list[dict[str, Any]] = ground.store.run("run_out").read("rollouts").to_pylist()
    return rows


def test_looks_are_rows_with_their_windows(rollouts: list[dict[str, Any]]) -> None:
    looked = next(row for row in rollouts if row["stop_reason"] == "answered" and len(row["turns"]) == 4)
    question, call, shown, answer = looked["turns"]
    assert [turn["role"] for turn in looked["turns"]] == ["user", "assistant", "user", "assistant"]
    assert question["image_id"] == call["image_id"] == shown["image_id"] is not None
    assert shown["crop"] == [14.0, 42.0, 42.0, 70.0]
    assert (call["points"][0]["x"], call["points"][0]["y"]) == (28.0, 56.0)
    assert (answer["crop"], looked["parse_error"]) == (None, None)
    assert looked["image_tokens"] == 8


def test_a_call_off_the_image_is_in_the_row(rollouts: list[dict[str, Any]]) -> None:
    row = next(row for row in rollouts if row["stop_reason"] == "silent")
    assert row["turns"][1]["call_error"].startswith("the tool call lies outside its image: (1250, 500)")
    assert row["turns"][1]["points"][0]["x"] == 140.0
    assert row["image_tokens"] == 4


def test_own_tokens_are_counted_and_nothing_else(ground: Ground, rollouts: list[dict[str, Any]]) -> None:
    tokenizer = load_student(ground.root / "student").processor.tokenizer
    for row in rollouts[:4]:
        own = [tokenizer(turn["text"])["input_ids"] for turn in row["turns"] if turn["role"] == "assistant"]
        assert row["completion_tokens"] == sum(len(ids) + 1 for ids in own)
    assert {row["stop_reason"] for row in rollouts} == {"answered", "silent", "forced"}


def test_the_longest_completion_is_all_that_a_conversation_may_say(ground: Ground) -> None:
    job = ground.reinforce_job("longest", trl={"loss_type": "dr_grpo"})
    assert training.make_trainer(job, open_session(job)).max_completion_length == 3 * 64
    limited = job.student.model_copy(update={"turns": TURNS.model_copy(update={"turn_tokens": 20, "episode_tokens": 30})})
    assert (limited.episode_tokens, job.student.model_copy(update={"dialect": "vigorl"}).episode_tokens) == (30, job.student.max_new_tokens)


def test_a_stream_that_looks_may_say_more_than_a_student_that_does_not(ground: Ground) -> None:
    job = ground.reinforce_job("streamed", streams={"single": {"dialect": "vigorl_zoom"}})
    looking = job.model_copy(update={"student": job.student.model_copy(update={"dialect": "vigorl"})})
    assert training.make_trainer(looking, open_session(looking)).max_completion_length == 3 * 64


def test_the_loss_reads_a_conversation_as_it_was_written(tmp_path: Path) -> None:
    student = load_student(build_folder(tmp_path / "student", "qwen2_5_vl", 56))
    model, tokenizer = student.model, student.processor.tokenizer
    encoder = Encoder(student.processor, model.config.image_token_id)
    picture, frames = Image.effect_noise((224, 224), 90).convert("RGB"), [view(56).frame(224, 224)]
    sample = Sample("smp_1", "set", "train", Task.POINT, ("img_1",), "Where?")
    prompt = encoder.encode(prompt_messages(sample, dialect="vigorl_zoom", frames=frames), [picture])
    crops, writer = Crops(CLOSE), Noted(tokenizer)
    sampling = Sampling(64, ends=(tokenizer.eos_token_id,), pad=tokenizer.pad_token_id)
    player = Player(encoder, get_dialect("vigorl_zoom"), TURNS, crops)
    episodes = player.play([Ask(prompt, [picture], frames, seed) for seed in range(4)], writer, sampling)
    rows = [(prompt, one, encoder.pictures([crops.take(picture, look) for look in one.looks])) for one in episodes]
    whole = torch.cat(
        [logprobs[list(one.is_own)] for logprobs, one in zip(loss_logprobs(model, encoder, rows, sampling.pad), episodes, strict=True)]
    )
    apart = torch.cat([turn_logprobs(model, encoder, *turn) for number in range(4) for turn in writer.turns(number)])
    assert [len(one.looks) for one in episodes] == [1, 0, 0, 2]
    torch.testing.assert_close(whole, apart, atol=1e-5, rtol=1e-4)


class Noted(TurnWriter):
    """A ``TurnWriter`` that keeps what it wrote to whom."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__(tokenizer)
        self.rounds: list[list[tuple[Prompt, tuple[int, ...]]]] = []

    def write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        written = super().write(requests, sampling)
        self.rounds.append([(request.prompt, one.ids) for request, one in zip(requests, written, strict=True)])
        return written

    def turns(self, number: int) -> list[tuple[Prompt, tuple[int, ...]]]:
        """The turns of the conversation that asked as this number."""
        first, ids = self.rounds[0][number]
        begun = [(first, ids)]
        for asked in self.rounds[1:]:
            begun += [turn for turn in asked if turn[0].ids[: len(begun[-1][0].ids) + len(begun[-1][1])] == begun[-1][0].ids + begun[-1][1]]
        return begun


def turn_logprobs(model: Any, encoder: Encoder, prompt: Prompt, ids: tuple[int, ...]) -> torch.Tensor:
    """Of a turn's tokens, read behind the prompt it was written to and nothing else."""
    whole = dataclasses.replace(prompt, ids=prompt.ids + ids)
    with torch.no_grad():
        logits = model(**pad_left([whole], 0, encoder.image_token)).logits[0, len(prompt.ids) - 1 : -1]
    found: torch.Tensor = logits.log_softmax(-1).gather(-1, torch.tensor(ids)[:, None])[:, 0]
    return found


def loss_logprobs(model: Any, encoder: Encoder, rows: Any, pad: int) -> list[torch.Tensor]:
    """Of all tokens after the prompt, in one batch as the loss reads it: prompts padded at the left, completions at the right."""
    longest = max(len(episode.ids) for _, episode, _ in rows)
    ids = torch.tensor([[*prompt.ids, *episode.ids, *[pad] * (longest - len(episode.ids))] for prompt, episode, _ in rows])
    lengths = torch.tensor([len(prompt.ids) + len(episode.ids) for prompt, episode, _ in rows])
    mask = (torch.arange(ids.shape[1])[None] < lengths[:, None]).long()
    fields = LossRows(encoder, rows).fields(range(len(rows)), ids)
    assert fields.pop("num_images") == [2, 1, 1, 3]
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=mask, **fields).logits[:, :-1].log_softmax(-1)
    found = logits.gather(-1, ids[:, 1:, None])[..., 0]
    return [row[len(prompt.ids) - 1 :][: len(episode.ids)] for row, (prompt, episode, _) in zip(found, rows, strict=True)]


def test_a_point_of_a_look_is_of_the_stored_image(rollouts: list[dict[str, Any]]) -> None:
    places = {turn["points"][0]["x"] for row in rollouts for turn in row["turns"] if turn["crop"]}
    assert places == {28.0, 56.0, 84.0}
