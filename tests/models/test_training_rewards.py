"""Rewards: the named parts of what a rollout is worth."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from pydantic import ValidationError

from data.dialects import Parsed
from data.sample import Role, Sample, Task
from data.scoring import Score, score_answer
from data.trace import Answer, PlacedBox, PlacedPoint, Trace
from models.student.stopping import StopReason
from models.student.turns import Episode
from models.training.advantages import Scale, total_reward
from models.training.config import ReinforceConfig, RewardConfig
from models.training.errors import TrainingError
from models.training.judge import Judge
from models.training.rewards import REWARDS, RewardContext, make_rewards, reward_versions, score_group
from models.training.rollout import Draw, Group, Parts, Rollout, Shown, Stream
from models.training.standing import outcomes_by_sample
from tests.models.rollouts import make_group, make_sample, parts_of, rewards_of, score

ALL = sorted(REWARDS)
INSIDE, OUTSIDE = Answer(points=(PlacedPoint(5, 5),)), Answer(points=(PlacedPoint(50, 5),))
EPISODE = Episode((), StopReason.END, (1,) * 9, (True,) * 9, prompt_tokens=9, image_tokens=4, seed=0)
HALF = Answer(boxes=(PlacedBox(0, 0, 10, 5),))


def group(task: Task, *answers: Answer | None, step: int = 1) -> Group:
    """A group about the box (0, 0, 10, 10), or the choice ``left``; None is a text that cannot be read."""
    box = PlacedBox(0, 0, 10, 10, role=Role.ANSWER)
    sample = Sample("smp_a", "made", "train", task, ("img_a",), "Where?", choices=("left", "right"), answer="left", boxes=(box,))
    rollouts = tuple(rollout(sample, index, answer) for index, answer in enumerate(answers))
    return Group("grp_a", 0, step, shown(sample), rollouts)


def shown(sample: Sample) -> Shown:
    return Shown(Draw(sample.sample_id), sample, Stream.SINGLE, "vigorl", [])


def rollout(sample: Sample, index: int, answer: Answer | None) -> Rollout:
    parsed = Parsed(None, "no answer") if answer is None else Parsed(Trace(answer=answer))
    score: Score = score_answer(sample, answer)
    return Rollout(f"rol_{index}", index, EPISODE, parsed, score)


def parts(names: list[str], given: Group, seed: int = 0) -> list[Parts]:
    return score_group(make_rewards({name: RewardConfig(weight=1) for name in names}), given, RewardContext(seed))


def test_a_point_is_in_the_box_or_not() -> None:
    found = parts(["point_in_box"], group(Task.POINT, INSIDE, OUTSIDE, None))
    assert found == [{"point_in_box": 1.0}, {"point_in_box": 0.0}, {"point_in_box": 0.0}]


def test_a_box_is_worth_its_overlap() -> None:
    assert parts(["soft_iou"], group(Task.BOX, HALF, None)) == [{"soft_iou": 0.5}, {"soft_iou": 0.0}]


def test_a_choice_matches_or_not() -> None:
    found = parts(["choice_match"], group(Task.CHOICE, Answer("Left"), Answer("right"), None))
    assert [one["choice_match"] for one in found] == [1.0, 0.0, 0.0]


def test_a_part_of_another_task_is_left_out() -> None:
    assert parts(["point_in_box", "soft_iou", "choice_match"], group(Task.POINT, INSIDE)) == [{"point_in_box": 1.0}]


def test_format_is_whether_the_text_was_read() -> None:
    assert parts(["format"], group(Task.POINT, OUTSIDE, None)) == [{"format": 1.0}, {"format": 0.0}]


@pytest.mark.parametrize("task", [Task.POINT, Task.BOX, Task.CHOICE])
def test_the_outcome_is_the_score_whatever_the_task(task: Task) -> None:
    given = group(task, INSIDE, HALF, Answer("left"), None)
    assert [one["outcome"] for one in parts(["outcome"], given)] == [one.score.outcome for one in given.rollouts]


@pytest.mark.parametrize(
    ("task", "name"), [(Task.POINT, "point_in_box"), (Task.BOX, "soft_iou"), (Task.TEXT, "text_match"), (Task.POINT, "outcome")]
)
def test_a_part_is_none_where_the_answer_is_not_known(task: Task, name: str) -> None:
    known = group(task, INSIDE)
    sample = dataclasses.replace(known.sample, boxes=(), answer=None)
    unknown = dataclasses.replace(known, shown=shown(sample), rollouts=(rollout(sample, 0, INSIDE), rollout(sample, 1, None)))
    assert parts([name], unknown) == [{name: None}, {name: None}]
    assert unknown.outcomes_G == [None, None]
    assert outcomes_by_sample([unknown, known]) == {"smp_a": [known.rollouts[0].score.outcome]}


def test_a_part_that_is_no_number_is_refused_with_its_rollout(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def score(self, group: Group, context: RewardContext) -> list[Parts]:
            return [{"broken": math.nan} for _ in group.rollouts]

    monkeypatch.setitem(REWARDS, "broken", Broken)
    with pytest.raises(TrainingError, match=r"rol_0 of sample smp_a has the reward parts \{'broken': nan\}"):
        parts(["broken"], group(Task.POINT, INSIDE))


def test_a_truncated_rollout_that_the_loss_leaves_out_moves_nothing() -> None:
    given = group(Task.POINT, INSIDE, OUTSIDE)
    cut = dataclasses.replace(given.rollouts[0], episode=dataclasses.replace(EPISODE, stop_reason=StopReason.LENGTH))
    config = ReinforceConfig(steps=1, rewards={"outcome": RewardConfig(weight=1)})
    for loses, effective in ((False, (True, True)), (True, (False, True))):
        judged = Judge(config, Scale.GROUP, loses).judge([dataclasses.replace(given, rollouts=(cut, given.rollouts[1]))])[0]
        assert judged.effective_G == effective
        assert all(judged.advantages.values_G)


def test_options_that_are_not_there_are_named_with_the_part_and_those_there_are() -> None:
    for table, expected in (
        ({"soft_iou": {"weight": 1, "options": {"legacy": True}}}, "'soft_iou' has no option 'legacy'; it has .*legacy_gt1"),
        ({"random": {"weight": 1, "options": {"cap": 1}}}, "'random' has no option 'cap'; it has none"),
        ({"distinct_looks": {"weight": 1, "options": {"cap": "many"}}}, "'distinct_looks': cap is 'many': .*integer"),
        ({"format": {"weight": 1, "options": {"reading": "loose"}}}, "'format': reading is 'loose': .*'strict', 'vigorl'"),
    ):
        with pytest.raises(TrainingError, match=expected):
            make_rewards(rewards_of(table))


def test_a_gate_that_is_no_other_part_is_refused() -> None:
    for gate in ("bonus", "form"):
        with pytest.raises(ValidationError, match=f"gate '{gate}' of 'bonus' is none of the other parts, which are format"):
            rewards_of({"format": 1, "bonus": {"weight": 1, "gate": [gate]}})


def test_a_gate_multiplies_and_an_absent_one_is_open() -> None:
    rewards = rewards_of({"format": 0.4, "looks": {"weight": 0.08, "gate": ["format", "point_in_box"]}, "point_in_box": 0})
    assert total_reward({"format": 1.0, "looks": 3.0}, rewards) == pytest.approx(0.64)
    assert total_reward({"format": 0.0, "looks": 3.0}, rewards) == 0
    assert total_reward({"format": 1.0, "looks": 3.0, "point_in_box": 0.5}, rewards) == pytest.approx(0.52)
    assert total_reward({"format": 1.0, "looks": 3.0, "point_in_box": None}, rewards) is None
    assert total_reward({"format": 1.0, "point_in_box": None}, rewards) == 0.4


LOOK = "<think>so</think>\n<tool_call>\n{}\n</tool_call>\n<observation>\nThe place enlarged.\n</observation>\n"
CALLS = [json.dumps({"name": "search_coordinate", "arguments": {"coordinate": [x, 5]}}) for x in (0, 9, 10, 20, 30, 40, 5000)]
LOOKS = "".join(LOOK.format(call) for call in CALLS)


@pytest.mark.parametrize(("options", "expected"), [({}, 3), ({"cap": 2}, 2), ({"cap": 9}, 4), ({"cap": 9, "min_distance_px": 15}, 2)])
def test_looks_count_from_the_second_place_up_to_the_cap(options: dict[str, float], expected: float) -> None:
    given = make_group(make_sample(Task.TEXT, "red"), LOOKS + "<think>so</think><answer>red</answer>", dialect="vigorl_zoom")
    assert score(rewards_of({"distinct_looks": {"weight": 1, "options": options}}), given)[0] == expected


def test_format_can_ask_for_places_on_the_image() -> None:
    texts = [
        f"<think>{thought}</think><answer>(5, 5)</answer>" for thought in ("so", "at (1, 2)", "at (1, 2) and (1, 2)", "at (2000, 2)", "")
    ]
    given = make_group(make_sample(Task.POINT, boxes=[(1, 1, 9, 9)]), *texts)
    rewards = rewards_of({"format": {"weight": 1, "options": {"least_places": 1}}})
    assert [one["format"] for one in parts_of(rewards, given)] == [0, 1, 1, 0, 0]


def test_a_box_said_twice_earns_nothing_one_to_one() -> None:
    text = "<think>it <box>[0,0,100,100]</box> it <box>[0,0,100,100]</box></think><answer>red</answer>"
    given = make_group(make_sample(Task.TEXT, "red", boxes=[(0, 0, 100, 100)]), text, dialect="ivgr", stream=Stream.GROUNDED)
    found = score(rewards_of({"dual_iou": 1, "one_to_one_iou": 1, "box_validity": 1}), given)[1]
    assert found == {"dual_iou": 1.0, "one_to_one_iou": 0.5, "box_validity": 0.0}


def test_boxes_are_not_asked_of_the_textual_stream_nor_where_none_is_known() -> None:
    rewards = rewards_of({"dual_iou": 1, "one_to_one_iou": 1})
    known, unknown = make_sample(Task.TEXT, "red", boxes=[(0, 0, 9, 9)]), make_sample(Task.TEXT, "red")
    assert parts_of(rewards, make_group(known, "so", dialect="textual", stream=Stream.TEXTUAL)) == [{}]
    assert parts_of(rewards, make_group(unknown, "so", dialect="ivgr", stream=Stream.GROUNDED)) == [{}]


def test_random_follows_seed_and_place_alone() -> None:
    first = parts(["random"], group(Task.POINT, INSIDE, OUTSIDE))
    assert first == parts(["random"], group(Task.BOX, None, HALF))
    assert first != parts(["random"], group(Task.POINT, INSIDE, OUTSIDE), seed=1)
    assert first != parts(["random"], group(Task.POINT, INSIDE, OUTSIDE, step=2))


def test_random_is_uniform() -> None:
    values = [one["random"] for step in range(200) for one in parts(["random"], group(Task.POINT, *[INSIDE] * 5, step=step))]
    assert np.quantile(np.array(values, dtype=float), [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.05)


def test_the_versions_of_the_parts_of_all_streams_are_known() -> None:
    section = {"steps": 1, "rewards": {"format": 1}, "streams": {"grounded": {"rewards": {"dual_iou": {"weight": 1}}}}}
    assert reward_versions(ReinforceConfig.model_validate(section)) == {"format": 2, "dual_iou": 1}


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(TrainingError, match=r"'iou'; there are .*choice_match, .*format, .*outcome"):
        make_rewards({"iou": RewardConfig(weight=1)})


def test_every_reward_gives_parts_of_its_own_name_alone() -> None:
    for name in ALL:
        given = [group(task, INSIDE, HALF, None) for task in Task]
        assert {key for one in given for found in parts([name], one) for key in found} <= {name}
        assert (REWARDS[name].name, REWARDS[name].version >= 1) == (name, True)  # type: ignore[attr-defined]
