import random

import pytest
import torch

from data.sources.scenes import draw_scene
from models.student.encoding import plain
from models.student.load import Student
from models.student.stopping import StopReason
from tests.models.saying import Request, generate


@pytest.fixture(scope="module")
def requests() -> list[Request]:
    """Five questions about one, two or three images."""
    rng = random.Random(3)
    return [ask("Where is the red circle?" if k else "Which?", rng, 1 + k % 3) for k in range(5)]


def ask(question: str, rng: random.Random, count: int) -> Request:
    images = [draw_scene(rng, rng.choice(["easy", "hard"])).image for _ in range(count)]
    blocks = [{"type": "image", "text": None}] * count
    return [{"role": "user", "content": [*blocks, {"type": "text", "text": question}]}], images


def test_a_batch_says_what_each_request_says_alone(tiny_student: Student, requests: list[Request]) -> None:
    together = generate(tiny_student, requests, 12)
    assert together == generate(tiny_student, requests, 12, batch_size=1)
    assert [one.image_tokens for one in together] == [16, 32, 48, 16, 32]


def test_one_seed_gives_one_sample_and_another_another(tiny_student: Student, requests: list[Request]) -> None:
    first = generate(tiny_student, requests, 12, temperature=1.0, seed=1)
    assert first == generate(tiny_student, requests, 12, temperature=1.0, seed=1)
    assert first != generate(tiny_student, requests, 12, temperature=1.0, seed=2)


def test_sampling_leaves_the_chances_of_others_alone(tiny_student: Student, requests: list[Request]) -> None:
    before = torch.random.get_rng_state()
    generate(tiny_student, requests[:1], 4, temperature=1.0)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_completion_that_is_cut_off_says_so(tiny_student: Student, requests: list[Request]) -> None:
    (cut,) = generate(tiny_student, requests[:1], 3)
    assert (cut.stop_reason, cut.completion_tokens) == (StopReason.LENGTH, 3)


def test_a_completion_ends_at_the_closing_token(tiny_student: Student, requests: list[Request]) -> None:
    closing = tiny_student.processor.tokenizer.eos_token_id
    head = tiny_student.model.lm_head
    with torch.no_grad():
        kept = head.weight[closing].clone()
        hook = head.register_forward_hook(lambda _module, _inputs, logits: logits.index_fill(-1, torch.tensor([closing]), 1e4))
        (done,) = generate(tiny_student, requests[:1], 3)
        hook.remove()
    assert torch.equal(kept, head.weight[closing])
    assert (done.text, done.stop_reason, done.completion_tokens) == ("", StopReason.END, 1)


def test_a_request_may_have_no_image(tiny_student: Student, requests: list[Request]) -> None:
    text: Request = ([{"role": "user", "content": "Where?"}], [])
    mixed = generate(tiny_student, [text, requests[1]], 4)
    assert [one.image_tokens for one in mixed] == [0, 32]
    assert generate(tiny_student, [text], 4) == mixed[:1]


def test_empty_keys_of_blocks_are_left_out() -> None:
    message = {"role": "user", "content": [{"type": "image", "text": None, "image": None}, {"type": "text", "text": "Where?"}]}
    assert plain([message])[0]["content"] == [{"type": "image"}, {"type": "text", "text": "Where?"}]
