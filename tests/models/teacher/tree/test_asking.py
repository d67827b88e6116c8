from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import Mention, PlacedPoint, Step, Zoom
from models.teacher.call import Call
from models.teacher.config import GenerateConfig
from models.teacher.tree.asking import Asking, least_thoughts, prompt_hashes
from models.teacher.tree.config import TreeConfig
from tests.models.teacher.tree.searching import SAMPLE

FRAMES = [Frame(Space.pixels(200, 100), Space.grid(1000))]
CAT = Step("The cat sits.", (Mention(7, PlacedPoint(100, 50)),))
DOG = Step("The dog.", (Mention(7, PlacedPoint(20, 30)),))


def call(*steps: Step, place: str = "0.1", sample: Sample = SAMPLE, must_answer: bool = False, **config: Any) -> Call:
    settings = GenerateConfig.model_validate({"method": "tree"} | config)
    return Asking(sample, settings, FRAMES).call(steps, place, must_answer=must_answer)


def test_earlier_steps_are_listed_below_the_question_in_the_teachers_space() -> None:
    (message,) = call(CAT, DOG).messages
    question, _, listed = message["content"].partition("Steps so far:\n")
    assert "Question: Where is the cat?" in question
    assert listed.splitlines()[:2] == ["1. The cat (500, 500) sits.", "2. The dog (100, 300)."]


def test_without_steps_nothing_is_listed_and_an_answer_is_forced_only_where_it_is_due() -> None:
    free, forced = call().messages[0]["content"], call(must_answer=True).messages[0]["content"]
    assert ["Steps so far" in free, "final answer now" in free, "final answer now" in forced] == [False, False, True]


def test_one_place_is_one_call_and_another_is_another() -> None:
    assert call(CAT).request_id == call(CAT).request_id
    assert call(CAT).request_id != call(CAT, place="0.2").request_id
    assert call(CAT).request_id != call(CAT, must_answer=True).request_id


def test_a_look_becomes_a_turn_and_the_crop_comes_with_the_next() -> None:
    looked = Step(CAT.thought, CAT.mentions, (Zoom(PlacedPoint(100, 50)),))
    asked = call(DOG, looked, CAT, tree={"zoom": {"half_px": 10}}).messages
    assert [message["role"] for message in asked] == ["user", "assistant", "user"]
    assert "search_coordinate" in asked[0]["content"]
    assert "The dog (100, 300)." in asked[1]["content"]
    assert '"coordinate": [500, 500]' in asked[1]["content"]
    (crop,) = asked[2]["crops"]
    assert (crop["image_id"], crop["x"], crop["y"], crop["zoom"]["half_px"]) == ("img_a", 100, 50, 10)
    assert asked[2]["content"].partition("Steps so far:\n")[2].startswith("1. The cat (500, 500) sits.\n")


def test_choices_and_the_earlier_dialogue_are_told() -> None:
    sample = Sample(
        "smp_b", "d", "train", Task.CHOICE, ("img_a",), "Which?", context=({"role": "user", "text": "Hello."},), choices=("left", "right")
    )
    text = call(sample=sample).messages[0]["content"]
    assert "user: Hello.\n\nQuestion: Which?\n\nChoices:\n- left\n- right\n\nReply with" in text


def test_the_least_number_of_thoughts_follows_the_sample_and_is_spread_evenly() -> None:
    config = TreeConfig(least_thoughts=(3, 7))
    counts = Counter(least_thoughts(f"smp_{number}", config) for number in range(1000))
    assert set(counts) == {3, 4, 5, 6, 7}
    assert min(counts.values()) > 150
    assert f"at least {least_thoughts('smp_a', config)} thoughts" in call(tree={"least_thoughts": [3, 7]}).messages[0]["content"]
    assert "at least" not in call().messages[0]["content"]


def test_step_settings_are_those_of_the_teacher() -> None:
    asked = call(teacher={"temperature": 1.0, "max_tokens": 99, "model": "m", "provider": "p"})
    assert (dict(asked.params), asked.model) == ({"temperature": 1.0, "top_p": 1.0, "max_tokens": 99}, "m")


def test_a_prompt_of_one_domain_hashes_that_domain() -> None:
    every, one = (prompt_hashes(GenerateConfig(domain=domain)) for domain in ("auto", "spatial"))
    assert set(one) < set(every)


def test_simulations_are_a_name_or_a_number() -> None:
    assert [TreeConfig(simulations=given).simulation_count for given in ("cheap", "paper", 3)] == [8, 20, 3]
    for bad in ({"simulations": "dear"}, {"simulations": 0}, {"least_thoughts": [7, 3]}):
        with pytest.raises(ValidationError):
            TreeConfig.model_validate(bad)
