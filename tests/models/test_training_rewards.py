"""Rewards: the named parts of what a rollout is worth."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from data.dialects import Parsed
from data.sample import Role, Sample, Task
from data.scoring import Score, score_answer
from data.trace import Answer, PlacedBox, PlacedPoint, Trace
from models.student.turns import Episode
from models.student.writing import StopReason
from models.training.advantages import Scale
from models.training.config import ReinforceConfig, RewardConfig
from models.training.errors import TrainingError
from models.training.judge import Judge
from models.training.rewards import REWARDS, RewardContext, make_rewards, score_group
from models.training.rollout import Draw, Group, Parts, Rollout, Shown, Stream
from models.training.standing import outcomes_by_sample

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
    ("task", "name"), [(Task.POINT, "point_in_box"), (Task.BOX, "soft_iou"), (Task.TEXT, "choice_match"), (Task.POINT, "outcome")]
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


def test_random_follows_seed_and_place_alone() -> None:
    first = parts(["random"], group(Task.POINT, INSIDE, OUTSIDE))
    assert first == parts(["random"], group(Task.BOX, None, HALF))
    assert first != parts(["random"], group(Task.POINT, INSIDE, OUTSIDE), seed=1)
    assert first != parts(["random"], group(Task.POINT, INSIDE, OUTSIDE, step=2))


def test_random_is_uniform() -> None:
    values = [one["random"] for step in range(200) for one in parts(["random"], group(Task.POINT, *[INSIDE] * 5, step=step))]
    assert np.quantile(np.array(values, dtype=float), [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.05)


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(TrainingError, match=r"'iou'; there are .*choice_match, .*format, .*outcome"):
        make_rewards({"iou": RewardConfig(weight=1)})


def test_every_reward_gives_parts_of_its_own_name_alone() -> None:
    for name in ALL:
        given = [group(task, INSIDE, HALF, None) for task in Task]
        assert {key for one in given for found in parts([name], one) for key in found} <= {name}
        assert (REWARDS[name].name, REWARDS[name].version >= 1) == (name, True)  # type: ignore[attr-defined]
