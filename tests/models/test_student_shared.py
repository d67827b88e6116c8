"""The shared writer: what it writes is what the model's own ``generate`` writes, and costs less."""

from __future__ import annotations

import copy
import random
from dataclasses import replace

import pytest
import torch
from peft import LoraConfig, get_peft_model

from models.student.plain import PlainWriter
from models.student.shared.choice import Choice
from models.student.shared.pack import lay_out
from models.student.shared.reader import Reader
from models.student.shared.strand import Strand
from models.student.shared.writer import SharedPrefixWriter
from models.student.writers import make_writer
from models.student.writing import Request, Sampling, Written
from tests.models.folders import ARCHITECTURES
from tests.models.writing_ground import Asked, make_asked, noise, says


@pytest.fixture(scope="module", params=ARCHITECTURES)
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return make_asked(tmp_path_factory.mktemp("student") / request.param, request.param)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return make_asked(tmp_path_factory.mktemp("student"), "qwen2_5_vl")


def follows(asked: Asked, requests: list[Request], written: list[Written]) -> list[Request]:
    """The next turns, each with a look of its own."""
    rng = random.Random(1)
    return [
        Request(asked.encoder.extend(request.prompt, one.ids, [says("Closer.", 1)], [noise(rng)]), request.seed)
        for request, one in zip(requests, written, strict=True)
    ]


def test_greedy_texts_are_those_of_generate(asked: Asked) -> None:
    writer, requests, sampling = make_writer(asked.model), asked.requests(2), asked.sampling(10)
    assert isinstance(writer, SharedPrefixWriter)
    written = writer.write(requests, sampling)
    assert [one.ids for one in written] == [one.ids for one in PlainWriter(asked.model).write(requests, sampling)]
    assert len({one.ids for one in written}) > 1


def test_a_prompt_is_read_once_whoever_asks(asked: Asked) -> None:
    writer = SharedPrefixWriter(asked.model)
    writer.write(asked.requests(3), asked.sampling(2))
    assert writer.tokens_read == sum(len(prompt.ids) for prompt in asked.prompts)


def test_probabilities_are_those_of_one_pass_over_everything(asked: Asked) -> None:
    requests, sampling = asked.requests(2), asked.sampling(6, temperature=1.0)
    for request, one in zip(requests, SharedPrefixWriter(asked.model).write(requests, sampling), strict=True):
        logits = asked.logits(request.prompt, one.ids).index_fill(1, torch.tensor(sampling.suppressed), -torch.inf)
        expected = logits.log_softmax(-1).gather(1, torch.tensor(one.ids)[:, None])[:, 0]
        torch.testing.assert_close(torch.tensor(one.logprobs), expected, atol=1e-4, rtol=1e-4)


def test_a_next_turn_goes_on_from_what_is_held(asked: Asked) -> None:
    writer, sampling = SharedPrefixWriter(asked.model), asked.sampling(6, temperature=1.0)
    requests = asked.requests(2)
    for _ in range(2):
        requests = follows(asked, requests, writer.write(requests, sampling))
        before = writer.tokens_read
    held, anew = writer.write(requests, sampling), SharedPrefixWriter(asked.model).write(requests, sampling)
    assert [one.ids for one in held] == [one.ids for one in anew]
    assert writer.tokens_read - before < len(requests) * 40 < sum(len(request.prompt.ids) for request in requests)
    for one, other in zip(held, anew, strict=True):
        torch.testing.assert_close(torch.tensor(one.logprobs), torch.tensor(other.logprobs), atol=1e-4, rtol=1e-4)


def test_the_same_words_about_another_image_are_read_anew(one: Asked) -> None:
    writer, sampling, rng = SharedPrefixWriter(one.model), one.sampling(4), random.Random(2)
    first = Request(one.encoder.encode([says("Where?", 1)], [noise(rng)]))
    (written,) = writer.write([first], sampling)
    other = Request(one.encoder.extend(one.encoder.encode([says("Where?", 1)], [noise(rng)]), written.ids, [says("And?")]))
    before = writer.tokens_read
    assert writer.write([other], sampling) == SharedPrefixWriter(one.model).write([other], sampling)
    assert writer.tokens_read - before == len(other.prompt.ids)


def test_a_seed_gives_one_continuation_whatever_is_beside_it(asked: Asked) -> None:
    requests, sampling = asked.requests(3), asked.sampling(12, temperature=1.0, top_p=0.95, top_k=200, repetition_penalty=1.1)
    together = SharedPrefixWriter(asked.model).write(requests, sampling)
    alone = SharedPrefixWriter(asked.model).write(requests[4:5], sampling)
    assert [one.ids for one in alone] == [together[4].ids]
    assert len({one.ids for one in together}) == len(requests)


def test_rows_that_have_ended_leave(one: Asked) -> None:
    sizes: list[int] = []
    hook = one.model.register_forward_pre_hook(lambda _model, _, read: sizes.append(read["input_ids"].numel()), with_kwargs=True)
    limits = [2, 3, 4, 5, 6, 40]
    requests = [Request(one.prompts[0], seed, most) for seed, most in enumerate(limits)]
    written = SharedPrefixWriter(one.model).write(requests, replace(one.sampling(40, temperature=1.0), ends=()))
    hook.remove()
    assert [len(row.ids) for row in written] == limits
    assert (sizes[0], sizes[1], sizes[-1]) == (len(one.prompts[0].ids), 6, 1)


def test_a_row_that_is_laid_out_anew_goes_on_as_before(one: Asked) -> None:
    sampling = replace(one.sampling(40, temperature=1.0), ends=())
    requests = [Request(prompt, seed, most) for prompt in one.prompts for seed, most in ((1, 3), (2, 40), (3, 20))]
    together = SharedPrefixWriter(one.model).write(requests, sampling)
    assert together[1].ids == SharedPrefixWriter(one.model).write(requests[1:2], sampling)[0].ids


def test_a_request_for_nothing_is_given_nothing(one: Asked) -> None:
    requests = [Request(one.prompts[0], 0, 0), Request(one.prompts[1], 0, 2)]
    assert [len(row.ids) for row in SharedPrefixWriter(one.model).write(requests, one.sampling(5))] == [0, 2]
    assert SharedPrefixWriter(one.model).write([], one.sampling(5)) == []


def test_the_model_is_left_as_it_was_found(one: Asked) -> None:
    one.model.train()
    one.model.model.visual.eval()
    before = [(module.training, id(module)) for module in one.model.modules()]
    SharedPrefixWriter(one.model).write(one.requests(1), one.sampling(2))
    assert before == [(module.training, id(module)) for module in one.model.modules()]
    assert all(weights.requires_grad for weights in one.model.parameters())
    assert one.model.model.rope_deltas is None
    one.model.eval()


def test_a_family_that_is_not_known_is_left_to_generate(one: Asked, caplog: pytest.LogCaptureFixture) -> None:
    one.model.config.model_type, kept = "something_else", one.model.config.model_type
    writers = [make_writer(one.model) for _ in range(2)]
    one.model.config.model_type = kept
    assert all(isinstance(writer, PlainWriter) for writer in writers)
    assert [record.message.split(" read")[0] for record in caplog.records] == ["models of type something_else"]


def test_tokens_are_drawn_as_often_as_the_softmax_says() -> None:
    logits = torch.tensor([2.0, 0.0, 1.0, -1.0, 5.0])
    draws = 20_000
    choice = Choice(Sampling(1, (), 0, temperature=0.7, suppressed=(4,)), torch.device("cpu"))
    uniform = torch.rand(draws, generator=torch.Generator().manual_seed(0))
    tokens, logprobs = choice.take(logits.expand(draws, -1), uniform)
    expected = (logits[:4] / 0.7).softmax(-1) * draws
    counted = torch.bincount(tokens, minlength=4)
    assert float(((counted - expected) ** 2 / expected).sum()) < 16.3
    assert logprobs is not None
    torch.testing.assert_close(logprobs.exp() * draws, expected[tokens])


def test_what_is_cut_off_is_never_drawn() -> None:
    logits = torch.tensor([[3.0, 2.0, 1.0, 0.0]])
    for options, kept in (({"top_k": 2}, 2), ({"top_p": 0.7}, 2), ({"min_p": 0.3}, 2), ({"top_k": 1}, 1)):
        choice = Choice(Sampling(1, (), 0, temperature=1.0, **options), torch.device("cpu"))
        uniform = torch.linspace(0, 1 - 2**-24, 50)
        tokens, _ = choice.take(logits.expand(50, -1), uniform)
        assert set(tokens.tolist()) == set(range(kept))


def test_tokens_that_a_row_has_seen_are_less_likely() -> None:
    choice = Choice(Sampling(1, (), 0, repetition_penalty=2.0), torch.device("cpu"))
    seen = torch.tensor([[True, False, False]])
    assert choice.take(torch.tensor([[3.0, 2.0, 1.0]]), torch.zeros(1), seen)[0].tolist() == [1]


def test_few_slots_stay_empty_and_few_prefixes_are_copied(one: Asked) -> None:
    prefixes = Reader(one.model).read(one.prompts[:2])
    strands = [Strand.of(prefixes[0]) for _ in range(8)] + [Strand.of(prefixes[1])]
    assert [len(page) for page in lay_out(strands[:8])] == [8]
    assert len(lay_out(strands[:8], ahead=2000)) > 1
    assert max(len(page) for page in lay_out(strands)) < 8


def test_a_model_in_half_precision_or_under_lora_is_written_with_too(one: Asked) -> None:
    requests, sampling = one.requests(2), one.sampling(6)
    wrapped = get_peft_model(copy.deepcopy(one.model), LoraConfig(target_modules=["q_proj", "v_proj"], lora_dropout=0.5))
    wrapped.train()
    plain = [row.ids for row in SharedPrefixWriter(one.model).write(requests, sampling)]
    assert [row.ids for row in make_writer(wrapped).write(requests, sampling)] == plain
    assert wrapped.training
    half = SharedPrefixWriter(copy.deepcopy(one.model).to(torch.bfloat16)).write(requests, sampling)
    assert [len(row.ids) for row in half] == [len(ids) for ids in plain]
