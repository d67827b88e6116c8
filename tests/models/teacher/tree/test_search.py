from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from data.identity import digest
from models.teacher.call import Call
from models.teacher.tree.node import Node
from models.teacher.tree.said import Status
from tests.models.teacher.tree.searching import (
    RIGHT,
    WRONG,
    KilledError,
    Scripted,
    generate,
    grow,
    is_forced,
    never_ending,
    steps_before,
    wander,
)


def think(x: int, y: int = 0) -> str:
    return f"<think>There is a thing at ({x}, {y}).</think>"


def in_turn(*texts: str | None) -> Scripted:
    """A teacher that gives these replies to the first calls and answers rightly then."""
    left = list(texts)
    return Scripted(lambda call: left.pop(0) if left else RIGHT)


def statuses(root: Node) -> list[str]:
    return [node.said.status.value for node in root.walk()][1:]


def test_an_expansion_asks_for_its_children_together_and_then_for_all_rollouts() -> None:
    teacher = Scripted(never_ending)
    root = grow(teacher, simulations=1)
    assert [steps_before(call) for call in teacher.asked] == [0] * 3 + [turn for turn in range(1, 6) for _ in range(6)]
    assert (len(root.children), [len(child.rollouts) for child in root.children]) == (3, [2, 2, 2])
    assert teacher.most_at_once == 6


def test_two_calls_for_the_same_steps_are_different_calls() -> None:
    teacher = Scripted(lambda call: WRONG if steps_before(call) else think(teacher.written * 20))
    grow(teacher, simulations=1)
    assert len({call.sample_index for call in teacher.asked}) == len({call.request_id for call in teacher.asked}) == 9


@pytest.mark.parametrize("simulations", [1, 8])
def test_no_more_is_asked_than_children_and_the_steps_of_their_rollouts(simulations: int) -> None:
    teacher = Scripted(never_ending)
    grow(teacher, simulations=simulations)
    assert simulations * 30 < len(teacher.asked) <= simulations * (3 + 3 * 2 * 5)


def test_simulations_have_names() -> None:
    cheap, paper = (Scripted(wander) for _ in range(2))
    grow(cheap, simulations="cheap")
    root = grow(paper, simulations="paper")
    assert len(cheap.asked) < len(paper.asked) <= 660
    assert {node.simulation for node in root.walk()} - {None} <= set(range(20))


def test_rewards_come_back_and_every_visit_has_its_reward() -> None:
    root = grow(wander)
    for node in root.walk():
        own = [rollout.reward for rollout in node.rollouts]
        assert None not in own
        assert node.visits == len(own) + sum(child.visits for child in node.children) or node.is_answer
    assert 0 < root.value < 1


def test_an_answer_is_a_child_that_counts_like_its_rollouts_would() -> None:
    root = grow(in_turn(RIGHT, WRONG, think(7)), simulations=1)
    assert [(child.reward, child.visits, child.value) for child in root.children] == [(1.0, 2, 1.0), (0.0, 2, 0.0), (None, 2, 1.0)]
    assert root.visits == 6
    assert root.value == pytest.approx(4 / 6)


def test_a_simulation_that_ends_at_an_answer_asks_nothing_and_adds_a_visit() -> None:
    teacher = in_turn(RIGHT, RIGHT, RIGHT)
    root = grow(teacher, simulations=4)
    assert (len(teacher.asked), root.visits) == (3, 6 + 3)


def test_answers_can_be_left_alone_so_that_a_tree_of_answers_is_done() -> None:
    teacher = in_turn(RIGHT, RIGHT, RIGHT)
    root = grow(teacher, simulations=4, revisits=False)
    assert (len(teacher.asked), root.visits, root.is_closed) == (3, 6, True)


def test_a_point_near_a_siblings_or_its_paths_is_a_duplicate() -> None:
    root = grow(in_turn(think(100, 100), think(106, 107), think(106, 108)), simulations=1)
    assert statuses(root) == ["ok", "duplicate", "ok"]  # 9.2 and 10.0 pixels away
    teacher = Scripted(lambda call: think(50 * (teacher.written % 3)) if steps_before(call) < 2 and not is_forced(call) else WRONG)
    assert "duplicate" in {child.said.status.value for node in grow(teacher, simulations=4).children for child in node.dropped}


def test_the_radius_is_a_setting_and_none_at_all_still_knows_the_same_point() -> None:
    root = grow(in_turn(think(100), think(101), think(100)), simulations=1, same_point_px=0)
    assert statuses(root) == ["ok", "ok", "duplicate"]


def test_a_thought_without_a_point_is_a_duplicate_of_the_same_words() -> None:
    words = "<think>I look around{}.</think>"
    root = grow(in_turn(words.format(""), words.format(""), words.format(" again")), simulations=1)
    assert statuses(root) == ["ok", "duplicate", "ok"]


def test_what_cannot_be_kept_is_recorded_and_gets_no_rollouts() -> None:
    root = grow(in_turn("no idea", think(2000), None), simulations=1)
    assert statuses(root) == ["unreadable", "outside", "failed"]
    assert (root.children, root.visits, root.expansions) == ([], 0, 1)
    assert not root.is_closed


def test_a_leaf_that_keeps_no_child_is_asked_anew_and_then_closed() -> None:
    teacher = Scripted(lambda _: "no idea")
    root = grow(teacher, simulations=8)
    assert (len(teacher.asked), len({call.request_id for call in teacher.asked})) == (6, 6)
    assert [child.number for child in root.dropped] == [0, 1, 2, 3, 4, 5]
    assert root.is_closed


def test_a_closed_leaf_leaves_the_others_to_the_search() -> None:
    def write(call: Call) -> str:
        if not steps_before(call):
            return think(100 * teacher.written)
        if "(100, 0)" in call.messages[0]["content"]:
            return "no idea"
        return WRONG

    teacher = Scripted(write)
    root = grow(teacher, simulations=12)
    barren = root.children[0]
    assert (barren.is_closed, barren.expansions, len(barren.dropped)) == (True, 2, 6)
    assert all(child.children for child in root.children[1:])


def test_the_last_step_of_a_rollout_has_to_be_the_answer() -> None:
    teacher = Scripted(never_ending)
    root = grow(teacher, simulations=1, rollout_steps=3)
    assert [is_forced(call) for call in teacher.asked] == [False] * 15 + [True] * 6
    assert {rollout.last.status for child in root.children for rollout in child.rollouts} == {Status.OK}


def test_nothing_is_deeper_than_the_depth() -> None:
    teacher = Scripted(never_ending)
    root = grow(teacher, simulations=12, max_depth=2)
    assert {node.depth for node in root.walk()} == {0, 1, 2}
    assert all(node.is_answer for node in root.walk() if node.depth == 2)
    assert {len(rollout.replies) for child in root.children for rollout in child.rollouts} == {1}
    assert [is_forced(call) for call in teacher.asked] == [bool(steps_before(call)) for call in teacher.asked]


def test_a_depth_of_one_leaves_only_answers() -> None:
    teacher = Scripted(never_ending)
    root = grow(teacher, simulations=3, max_depth=1)
    assert ({node.kind.value for node in root.children}, len(teacher.asked)) == ({"answer"}, 3)


def test_a_rollout_that_ends_in_nothing_earns_nothing_and_one_that_failed_is_not_counted() -> None:
    teacher = in_turn(think(1), think(101), think(201), RIGHT, "no idea", None, think(5000), RIGHT, RIGHT)
    first, second, third = grow(teacher, simulations=1).children
    assert [rollout.reward for child in (first, second, third) for rollout in child.rollouts] == [1.0, 0.0, None, 0.0, 1.0, 1.0]
    assert [(child.visits, child.value) for child in (first, second, third)] == [(2, 0.5), (1, 0.0), (2, 1.0)]


def test_a_rollout_that_points_twice_at_a_place_goes_on() -> None:
    later = {1: think(100), 2: think(100), 3: RIGHT}
    teacher = Scripted(lambda call: later.get(steps_before(call), think(100 * teacher.written)))
    root = grow(teacher, simulations=1)
    assert {(len(rollout.replies), rollout.reward) for child in root.children for rollout in child.rollouts} == {(3, 1.0)}


@pytest.mark.parametrize("spoiled", ["all", "some"])
def test_a_tree_whose_calls_fail_ends_with_what_there_is(spoiled: str) -> None:
    teacher = Scripted(lambda call: None if spoiled == "all" or int(digest(call.request_id)[0], 16) < 6 else wander(call))
    made = generate(teacher)
    assert {row["status"] for row in made.trees} >= {"failed"}
    assert Counter(row["kind"] for row in made.trees)["rollout"] == 0 if spoiled == "all" else made.trees[0]["visits"] > 5


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_search_that_is_killed_at_any_call_goes_on_where_it_was(parallel: int) -> None:
    settings: dict[str, Any] = {"simulations": 3, "rollout_steps": 3, "parallel_simulations": parallel}
    whole = Scripted(wander)
    expected = generate(whole, **settings)
    for number in range(len(whole.asked)):
        killed = Scripted(wander, dies_at=number)
        with pytest.raises(KilledError):
            generate(killed, **settings)
        killed.dies_at = None
        assert generate(killed, **settings) == expected
        assert Counter(call.request_id for call in killed.asked) == Counter(call.request_id for call in whole.asked)


def test_parallel_simulations_grow_different_leaves_at_once() -> None:
    one, three = Scripted(never_ending), Scripted(never_ending)
    grow(one, simulations=4, rollout_steps=1)
    root = grow(three, simulations=4, rollout_steps=1, parallel_simulations=3)
    assert (one.most_at_once, three.most_at_once) == (6, 18)
    assert {node.simulation for child in root.children for node in child.children} == {1, 2, 3}
    assert {node.pending for node in root.walk()} == {0}
