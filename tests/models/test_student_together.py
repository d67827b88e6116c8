"""Writers that every process asks together: processes are threads here, and what they gather goes over a barrier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from data.dialects import get_dialect
from models.student.encoding import Prompt
from models.student.load import Student
from models.student.player import Player
from models.student.together import PlainTogether, Round, WriterTogether
from models.student.turns import Ask, Episode
from models.student.writing import Request, Sampling, Written
from tests.models.test_student_turns import ANSWER, FRAMES, PICTURE, SAMPLING, Script, call, encoder_of

ME = local()
LIMIT_S = 20.0


class Scripted(WriterTogether):
    """Says the lines of a script, and notes the rounds."""

    def __init__(self, script: Script) -> None:
        self.script, self.rounds = script, list[Round]()

    def write_round(self, requests: Sequence[Request], sampling: Sampling, now: Round) -> list[Written]:
        self.rounds.append(now)
        return self.script.write(requests, sampling) if requests else []


class Model(torch.nn.Module):
    """Ends every row at once, and notes what it read."""

    device = torch.device("cpu")
    config = SimpleNamespace(image_token_id=9)

    def __init__(self) -> None:
        super().__init__()
        self.read: list[list[list[int]]] = []

    def generate(self, input_ids: torch.Tensor, **_: Any) -> torch.Tensor:
        self.read.append(input_ids.tolist())
        return torch.nn.functional.pad(input_ids, (0, 1), value=SAMPLING.ends[0])


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Any]]]:
    """Runs what each of two processes does."""
    barrier = Barrier(2, timeout=LIMIT_S)
    given: list[Any] = [None, None]

    def gather(own: list[Any]) -> list[Any]:
        given[ME.number] = own
        barrier.wait()
        found = [one for part in given for one in part]
        barrier.wait()
        return found

    def begin(number: int, work: Callable[[], Any]) -> Any:
        ME.number = number
        return work()

    monkeypatch.setattr("models.student.together.gather_object", gather)
    with ThreadPoolExecutor(2) as threads:
        yield lambda *works: list(threads.map(begin, range(2), works))


def player_of(student: Student, *lines: Sequence[str]) -> tuple[Callable[[], list[Episode]], Scripted]:
    encoder = encoder_of(student)
    writer = Scripted(Script(student.processor.tokenizer, *lines))
    prompt = encoder.encode([{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}], [PICTURE])
    asks = [Ask(prompt, [PICTURE], FRAMES, seed) for seed in range(len(lines))]
    return lambda: Player(encoder, get_dialect("vigorl_zoom")).play(asks, writer, SAMPLING), writer


def test_processes_whose_conversations_take_more_or_fewer_turns_end_together(tiny_student: Student, processes: Any) -> None:
    (short, first), (long, second) = player_of(tiny_student, [ANSWER]), player_of(tiny_student, [call(50, 25), call(20, 20), ANSWER])
    ((quick,), (slow,)) = processes(short, long)
    assert (len(quick.turns), len(slow.turns)) == (1, 5)
    assert first.rounds == second.rounds
    assert [now.is_lacking for now in first.rounds] == [False, True, True]


def test_a_process_without_conversations_takes_part(tiny_student: Student, processes: Any) -> None:
    (nothing, first), (one, second) = player_of(tiny_student), player_of(tiny_student, [ANSWER])
    none, (episode,) = processes(nothing, one)
    assert none == []
    assert episode.text == ANSWER
    assert [now.requests for now in first.rounds] == [now.requests for now in second.rounds] == [1]


def test_the_plain_writer_writes_anothers_prompt_where_a_process_has_none(processes: Any) -> None:
    idle, busy, request = Model(), Model(), Request(Prompt((5, 6)))
    found = processes(lambda: PlainTogether(idle).write([], SAMPLING), lambda: PlainTogether(busy).write([request], SAMPLING))
    assert found == [[], [Written((0,), True)]]
    assert idle.read == busy.read == [[[5, 6]]]
