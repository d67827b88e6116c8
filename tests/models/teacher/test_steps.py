from __future__ import annotations

from typing import Any

import pytest

from data.prompts import prompt_names
from data.sample import Sample, Task
from data.sources.config import ScenesConfig
from data.sources.scenes import read_scenes
from models.teacher.steps import TAGS, steps_hashes, steps_prompt


def sample(images: int = 2, **fields: Any) -> Sample:
    given: dict[str, Any] = {"sample_id": "smp_a", "dataset": "d", "split": "train", "task": Task.BOX, "question": "Box it."}
    return Sample(**(given | {"image_ids": ("img_a",) * images} | fields))


@pytest.mark.parametrize("tag", ["common", "diff", "free form", "gg_train", "ot", "refer", "region"])
def test_every_task_of_mgrounding_has_two_steps_of_its_own(tag: str) -> None:
    by_category, by_type = steps_prompt(sample(category=tag)), steps_prompt(sample(meta={"type": tag}))
    assert by_category is not None
    assert by_category == by_type
    assert [line[:3] for line in by_category.render().splitlines()] == ["1. ", "2. "]


def test_every_file_of_steps_belongs_to_a_task() -> None:
    assert {name.removeprefix("teacher/steps/") for name in prompt_names() if name.startswith("teacher/steps/")} == set(TAGS)
    assert len(set(steps_hashes())) == len(TAGS) == 7


def test_scenes_of_several_images_have_steps() -> None:
    problems = [problem.sample() for problem in read_scenes(ScenesConfig(count=12, tasks={"multi_image": 1.0}))]
    assert {one.category for one in problems} == {"common", "changed"}
    assert all(steps_prompt(one) for one in problems)


@pytest.mark.parametrize("other", [sample(category="reasoning"), sample(), sample(images=1, category="region"), sample(meta={"type": 3})])
def test_another_task_and_a_single_image_have_none(other: Sample) -> None:
    assert steps_prompt(other) is None
