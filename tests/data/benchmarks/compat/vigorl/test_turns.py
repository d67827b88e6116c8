"""ViGoRL's rewards of several turns, case by case."""

import pytest

from data.benchmarks.compat.vigorl import turns as rewards

LAST = "<think></think><answer>red</answer>"
CALL = '{"name": "search_coordinate", "arguments": {"coordinate": [%s]}}'


def looking(*bodies: str, last: str = LAST) -> str:
    return "".join(f"<think></think><tool_call>{body}</tool_call><observation></observation>" for body in bodies) + last


def at(*places: str, last: str = LAST) -> str:
    return looking(*[CALL % place for place in places], last=last)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (LAST, 1),
        (at("1, 2"), 1),
        (at("0, 0", "10, 0"), 1.2),
        (at("0, 0", "4, 0"), 1),
        (at("0, 0", "9, 4", "18, 8"), 1.2),
        (at("0, 0", "50, 0", "0, 50", "50, 50"), 1 + 0.2 * 3),
        (at("0, 0", "true, 99"), 1.2),
        (at("0, 0", "999999, -3"), 1.2),
        (at("1.0, 2"), 0),
        (at("1, 2, 3"), 0),
        (at("NaN, 2"), 0),
        (at("1e2, 2"), 0),
        (looking("left of it"), 1),
        (looking("[1, 2]"), 1),
        (looking("{}"), 0),
        (looking('{"arguments": null}'), 0),
        (looking('{"arguments": {"coordinate": [0.5, 1], "coordinate": [5, 1]}}'), 1),
        (looking("{" + "[" * 5000 + "}"), 0),
        (at(f"1{'0' * 5000}, 2"), 0),
        (looking("\n" + CALL % "0, 0" + "\n", '{"arguments": {"coordinate": [40, 1]}}'), 1.2),
        (f"<think></think><tool_call>{CALL % '1, 2'}</tool_call>{LAST}", 0),
        (f"hm {LAST}", 1),
        (f"{LAST} \n<|im_end|>\n", 1),
        (f"{LAST}<|im_end|><|im_end|>", 0),
        (f"{LAST}.", 0),
        (LAST + LAST, 0),
        ("<THINK></THINK><answer>red</answer>", 1),
        ("<thin\u212a></think><answer>red</answer>", 1),
        ("<thınk></think><answer>red</answer>", 0),
        ("<think></think><ANSWER>red</answer>", 0),
        ("<think></think><answer>red</ANSWER>", 0),
        ("<think></think><answer> \n</answer>", 0),
        ("<answer>red</answer>", 0),
        ("", 0),
    ],
)
def test_the_form_of_words_is_worth_what_was_published(text: str, form: float) -> None:
    assert rewards.choice_form(text) == form


@pytest.mark.parametrize(
    ("answer", "form"),
    [
        ("(1, 2)", 1),
        (" \n( 1,\n2 ) ", 1),
        ("(1, True)", 1),
        ("1, 2", 0),
        ("[1, 2]", 0),
        ("(1.0, 2)", 0),
        ("(1, 2, 3)", 0),
        ("((1, 2))", 0),
        ("(1, 2) # there", 0),
        ("(1_0, 0x2)", 1),
        (f"({'-' * 20_000}1, 2)", 0),
    ],
)
def test_the_form_of_a_point_asks_for_two_whole_numbers(answer: str, form: float) -> None:
    assert rewards.point_form(f"<think></think><answer>{answer}</answer>") == form


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        (LAST, 1),
        ("<ANSWER> RED\n</answer>", 1),
        ("RED ", 1),
        ("<answer>A. red</answer>", 0),
        ("<answer>red<answer></answer>", 0),
        ("<answer>red", 0),
    ],
)
def test_words_are_worth_what_was_published(text: str, worth: float) -> None:
    assert rewards.text_worth(text, " Red") == worth


def test_looks_too_far_apart_for_a_float_raise_but_only_in_a_reply_that_keeps_the_form() -> None:
    far = (f"1{'0' * 400}, 2", "3, 4")
    with pytest.raises(OverflowError):
        rewards.choice_form(at(*far))
    assert rewards.choice_form(at(*far, last="<think></think><answer></answer>")) == 0


def test_a_reward_is_the_published_sum() -> None:
    assert [rewards.overall(1.0, 1.2), rewards.overall(0.0, 1.6)] == [0.6 * 1.0 + 0.4 * 1.2, 0.4 * 1.6]
