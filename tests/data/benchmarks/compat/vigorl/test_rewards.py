"""ViGoRL's rewards of a single reply, case by case."""

import pytest

from data.benchmarks.compat.vigorl import rewards

BOX = "(10, 10, 20, 20)"


def reply(thought: str, answer: str) -> str:
    return f"<think>{thought}</think>\n<answer>{answer}</answer>"


@pytest.mark.parametrize(
    ("text", "form", "sight", "worth"),
    [
        (reply("(1, 2)", "(10, 20)"), 1, 1, 1),
        (reply("", "(10, 20)"), 1, 0, 1),
        (reply("( 1, 2)", "(10, 20)"), 1, 0, 1),
        (reply("(-1, 2)", "(10, 20)"), 1, 0, 1),
        (reply("(1, 2)", "(10.0, 20)"), 0, 1, 0),
        (reply("(1, 2)", "(10, 20)") + "\n", 0, 1, 1),
        (reply("(1, 2)", "[10, 20]"), 0, 1, 1),
        (reply("(99999, 2)", "(10, 20)"), 1, 1, 1),
        (reply("(1, 2)</think> hm <think>", "(10, 20)"), 1, 1, 1),
        (reply("</think> hm <think>(1, 2)", "(10, 20)"), 1, 0, 1),
        (reply("(٣ ,\n٤)", "(10, 20)"), 1, 1, 1),
        (reply("(1, 2)", "\n(10,\n20)\n"), 1, 1, 0),
        (reply("(1, 2)", "(10, 20)</answer><answer>(0, 0)"), 1, 1, 1),
        (reply("(1, 2)", "(1_0, True)"), 1, 1, 0),
        (reply("<answer>(10, 20)</answer>", "no"), 1, 1, 1),
        ("(10, 20)", 0, 0, 1),
        (reply("(1, 2)", "b'\\x0a\\x14'"), 0, 1, 1),
        ("<think></think></answer>", 0, 0, 0),
        ("<think></think><answer>", 0, 0, 0),
        ("<think></think><answer></answer", 0, 0, 0),
        ("<think></think><answer></answer>", 0, 0, 0),
        ("", 0, 0, 0),
    ],
)
def test_a_point_is_worth_what_was_published(text: str, form: float, sight: float, worth: float) -> None:
    assert (rewards.point_form(text), rewards.sight(text), rewards.point_worth(text, BOX)) == (form, sight, worth)


def test_a_reply_is_its_blocks_and_white_space_between_them() -> None:
    assert rewards.has_blocks("<think><think></think>\u3000\n<answer></answer></answer>")
    assert not rewards.has_blocks("<think></think>.<answer></answer>")
    assert not rewards.has_blocks(" <think></think><answer></answer>")
    assert not rewards.has_blocks("<think></think><answer>/answer>")


@pytest.mark.parametrize(
    ("box", "worth"), [("\n[10, 10, 20, 20] ", 1), ("(10.0, 10, 20, 20)", 0), ("(20, 20, 10, 10)", 0), ("10", 0), ("?", 0)]
)
def test_a_box_may_be_any_literal_of_four_whole_numbers(box: str, worth: float) -> None:
    assert rewards.point_worth("(10, 20)", box) == worth


def test_what_stands_behind_a_bad_box_is_never_read() -> None:
    deep = "-" * 20_000 + "1"
    assert rewards.hits(deep, "no box") == 0
    with pytest.raises((MemoryError, RecursionError)):
        rewards.hits(deep, BOX)


@pytest.mark.parametrize(
    ("answer", "known", "worth"),
    [
        ("B. Right", "right", 1),
        ("Right", "Right", 0),
        ("a) yes", "yes", 1),
        ("c: yes", "yes", 0),
        ("AB. yes", "yes", 0),
        ("b.\nyes", "yes", 0),
        ("b.", "", 1),
        ("x", " x\n", 1),
        ("É) no", "no", 0),
        ("STRASSE", "straße", 0),
        ("", "", 1),
    ],
)
def test_a_choice_is_worth_what_was_published(answer: str, known: str, worth: float) -> None:
    assert rewards.choice_worth(reply("", answer), known) == worth


def test_only_the_first_line_behind_a_letter_counts() -> None:
    assert rewards.choice_worth("b) \n yes \n or no", "yes") == 1


@pytest.mark.parametrize(
    ("answer", "known", "worth"),
    [
        ("click[13]", "click[12]", 0.5),
        ("click[12]", "click [12]", 1),
        ("click 12", "click [12]", 0),
        ("click [١٢]", "click [12]", 0.5),
        ("click [a] [12]", "[12]", 0.5),
        ("type[12][abc]", "type[12][xyz]", 1),
        ("type [ 12 ] [abc]", "type [12] [abc]", 1),
        ("type[12]", "click[12]", 0.5),
        ("type 12", "type [12]", 0),
        ("stop[a]", "stop[b]", 1),
        ("go_back", "stop", 0),
        ("scroll [up]", "scroll [down]", 0),
        ("scroll [up]", "type [4] [up]", 1),
        ("type [4] [do not stop]", "stop []", 1),
        ("Click [12]", "click [12]", 0),
        ("hover [12]", "hover [12]", 0),
    ],
)
def test_an_action_is_worth_what_was_published(answer: str, known: str, worth: float) -> None:
    assert rewards.action_worth(reply("", answer), known) == worth


def test_a_number_in_the_thinking_that_python_does_not_read_raises() -> None:
    with pytest.raises(ValueError, match="4300"):
        rewards.sight(f"<think>(1, 2) ({'1' * 4301}, 2)</think>")
    assert rewards.sight(f"<think>({'1' * 4300}, 2)</think>") == 1


def test_an_empty_block_is_no_choice_but_an_action() -> None:
    text = reply("", " \n ")
    assert (rewards.choice_form(text), rewards.action_form(text)) == (0, 1)
