from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np
import openai as sdk
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion
from PIL import Image

Ask = Callable[..., ChatCompletion]
POINT = "<think>\nThe thing is at (x, y).\n</think>\n<answer>(x, y)</answer>\n\nQuestion: Where is the red circle?"


def said(completion: ChatCompletion, index: int = 0) -> str:
    return completion.choices[index].message.content or ""


def test_the_sdk_lists_the_model(openai: OpenAI) -> None:
    assert [model.id for model in openai.models.list()] == ["embedded-sight"]
    assert openai.models.retrieve("embedded-sight").owned_by == "fovea"


def test_a_point_is_found_and_written_in_the_form_that_is_shown(ask: Ask, scene: Image.Image) -> None:
    assert said(ask(POINT, scene)) == "<think>\nThe red circle is at (30, 40).\n</think>\n<answer>(30, 40)</answer>"


def test_coordinates_run_as_far_as_the_messages_say(ask: Ask, scene: Image.Image) -> None:
    text = f"Image 1: x runs from 0 to 1000, y runs from 0 to 1000.\n{POINT}"
    assert said(ask(text, scene)).endswith("<answer>(268, 357)</answer>")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("(x1, y1, x2, y2)", "(20, 30, 40, 50)"),
        ("(x1,y1),(x2,y2)", "(20,30),(40,50)"),
        ("<box>[x1, y1, x2, y2]</box>", "<box>[20, 30, 40, 50]</box>"),
    ],
)
def test_boxes_are_written_as_the_example_writes_them(ask: Ask, scene: Image.Image, form: str, expected: str) -> None:
    text = f"<think>\nThe thing is at {form}.\n</think>\n<answer>{form}</answer>\n\nQuestion: Box the red circle."
    assert said(ask(text, scene)) == f"<think>\nThe red circle is at {expected}.\n</think>\n<answer>{expected}</answer>"


def test_a_form_without_coordinates_is_answered_in_words(ask: Ask, scene: Image.Image) -> None:
    text = "<think>\nThe thing is at the top left.\n</think>\n<answer>(x1, y1, x2, y2)</answer>\n\nQuestion: Box the red circle."
    assert said(ask(text, scene)).startswith("<think>\nThe red circle is at the middle left.\n</think>")


def test_a_relation_is_answered_with_one_of_the_choices(ask: Ask, scene: Image.Image) -> None:
    question = "Is the red circle left of, right of, above or below the blue square?\n\nChoices:\n- to the left\n- to the right"
    text = f"<think>\nThe thing is at (x, y).\n</think>\n<answer>the words of one choice</answer>\n\nQuestion: {question}"
    assert said(ask(text, scene)).endswith("The blue square is at (80, 45).\n</think>\n<answer>to the left</answer>")


def test_what_was_said_in_earlier_steps_is_not_said_again(ask: Ask, scene: Image.Image) -> None:
    text = f"One step per reply: a thought or the answer.\n{POINT}"
    first = said(ask(text, scene))
    second = said(ask(text, scene, before=[{"role": "assistant", "content": first}]))
    assert (first, second) == ("<think>The red circle is at (30, 40).</think>", "<answer>(30, 40)</answer>")


def test_an_earlier_step_is_believed_even_where_it_is_wrong(ask: Ask, scene: Image.Image) -> None:
    earlier = {"role": "assistant", "content": "<think>The red circle is at (80, 45).</think>"}
    assert said(ask(POINT, scene, before=[earlier])).endswith("<answer>(80, 45)</answer>")


def test_a_photograph_is_only_explained(ask: Ask) -> None:
    photograph = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8))
    known = "- answer, image 1, cat: [10, 20, 30, 40]"
    assert "photograph" in said(ask(POINT, photograph))
    assert "<answer>" not in said(ask(POINT, photograph))
    assert said(ask(f"{known}\n\n{POINT}", photograph)) == "<think>\nThe cat is at (20, 30).\n</think>\n<answer>(20, 30)</answer>"


def test_replies_depend_on_messages_seed_and_index_alone(ask: Ask, scene: Image.Image) -> None:
    first, again, other = (ask(POINT, scene, temperature=1.0, n=8, seed=seed) for seed in (1, 1, 2))
    texts = [[said(completion, index) for index in range(8)] for completion in (first, again, other)]
    assert texts[0] == texts[1] != texts[2]
    assert len(set(texts[0])) > 1


def test_a_long_reply_is_cut_at_max_tokens(ask: Ask, scene: Image.Image) -> None:
    completion = ask(POINT, scene, max_tokens=5)
    assert (completion.choices[0].finish_reason, said(completion)) == ("length", "<think>\nThe red")
    assert completion.usage is not None
    assert completion.usage.completion_tokens == 5
    assert ask(POINT, scene).choices[0].finish_reason == "stop"


def test_usage_counts_text_images_and_every_choice(ask: Ask, scene: Image.Image) -> None:
    one, two, bare = ask(POINT, scene).usage, ask(POINT, scene, n=2).usage, ask(f"{POINT} now", scene).usage
    assert one is not None
    assert two is not None
    assert bare is not None
    assert two.completion_tokens == 2 * one.completion_tokens
    assert (bare.prompt_tokens, one.prompt_tokens > 16) == (one.prompt_tokens + 1, True)


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"model": "gpt-9"}, 404, "gpt-9"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "user", "content": "Hello"}]}, 400, "no image"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/y.png"}}]}]}, 400, "data URLs"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, 400, "messages"),
        ({"temperature": 7}, 400, "temperature"),
        ({"stream": True}, 400, "stream"),
    ],
)
def test_bad_requests_are_refused_in_the_form_of_the_api(teacher_url: str, change: dict[str, Any], status: int, message: str) -> None:
    body = {"model": "embedded-sight", "messages": [{"role": "user", "content": "Hello"}]} | change
    response = httpx.post(f"{teacher_url}/chat/completions", json=body)
    assert response.status_code == status
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    assert message in response.json()["error"]["message"]


def test_what_is_no_json_and_what_is_not_there_are_refused_alike(teacher_url: str) -> None:
    replies = [httpx.post(f"{teacher_url}/chat/completions", content=b"{"), httpx.get(f"{teacher_url}/embeddings")]
    assert [reply.status_code for reply in replies] == [400, 404]
    assert all(reply.json()["error"]["message"] for reply in replies)


def test_calls_are_counted(teacher_url: str, ask: Ask, scene: Image.Image) -> None:
    def calls() -> int:
        return int(httpx.get(f"{teacher_url}/fovea/calls").json()["calls"])

    before = calls()
    ask(POINT, scene)
    assert calls() == before + 1


def test_an_unknown_model_is_an_error_of_the_sdk(openai: OpenAI) -> None:
    with pytest.raises(sdk.NotFoundError):
        openai.chat.completions.create(model="other", messages=[{"role": "user", "content": "Hello"}])


def test_the_teacher_knows_nothing_of_how_scenes_are_drawn() -> None:
    code = "import models.teacher.embedded.__main__, sys; print([name for name in sys.modules if name.split('.')[0] == 'data'])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert loaded.stdout.strip() == "[]"


def test_the_teacher_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", "models.teacher.embedded", "--with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.stdin.close()
        assert process.wait(20) is not None
