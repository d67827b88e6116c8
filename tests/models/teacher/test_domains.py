from __future__ import annotations

from typing import Any

import pytest

from data.sample import Sample, Task
from models.teacher.config import GenerateConfig
from models.teacher.domains import AUTO, Domain, domain_hashes, domain_of, domain_text
from models.teacher.embedded.brief import FORCED, STEP_BY_STEP


def sample(task: Task = Task.POINT, images: int = 1, **fields: Any) -> Sample:
    given = {"sample_id": "smp_a", "dataset": "d", "split": "train", "question": "Where is the cat?"}
    return Sample(**(given | {"task": task, "image_ids": ("img_a",) * images} | fields))


@pytest.mark.parametrize(
    ("task", "images", "domain"),
    [
        (Task.ACTION, 1, Domain.WEB_ACTION),
        (Task.ACTION, 3, Domain.WEB_ACTION),
        (Task.BOX, 1, Domain.BOX),
        (Task.BOXES, 1, Domain.BOX),
        (Task.BOX, 2, Domain.MULTI_BOX),
        (Task.CHOICE, 2, Domain.MULTI_BOX),
        (Task.CHOICE, 1, Domain.SPATIAL),
        (Task.POINT, 1, Domain.GENERAL),
        (Task.TEXT, 1, Domain.GENERAL),
    ],
)
def test_the_domain_follows_from_the_task_and_the_number_of_images(task: Task, images: int, domain: Domain) -> None:
    assert domain_of(sample(task, images), GenerateConfig()) is domain


@pytest.mark.parametrize(("dataset", "domain"), [("ScreenSpot", "web_grounding"), ("os_gui_v2", "web_grounding"), ("cobwebs", "general")])
def test_a_point_on_a_screen_is_known_by_the_name_of_its_dataset(dataset: str, domain: str) -> None:
    assert domain_of(sample(dataset=dataset), GenerateConfig()) == domain


def test_a_sample_may_name_its_domain() -> None:
    named = [sample(meta={"domain": "visual_search"}), sample(category="visual_search"), sample(dataset="visual_search")]
    assert {domain_of(one, GenerateConfig()) for one in named} == {Domain.VISUAL_SEARCH}


def test_a_word_that_is_no_domain_and_a_box_of_several_images_name_none() -> None:
    assert domain_of(sample(meta={"domain": "cooking"}), GenerateConfig()) is Domain.GENERAL
    assert domain_of(sample(meta={"domain": 7}), GenerateConfig()) is Domain.GENERAL
    assert domain_of(sample(Task.BOX, 2, category="box"), GenerateConfig()) is Domain.MULTI_BOX


def test_a_configured_domain_holds_for_every_sample() -> None:
    assert domain_of(sample(Task.BOX, 2), GenerateConfig(domain="spatial")) is Domain.SPATIAL


def test_every_domain_can_be_configured_and_has_words_of_its_own() -> None:
    names = GenerateConfig.model_fields["domain"].annotation
    assert {AUTO, *Domain} == set(getattr(names, "__args__", ()))
    assert len({domain_text(sample(), GenerateConfig.model_validate({"domain": domain})) for domain in Domain}) == len(Domain)


def test_the_hashes_are_of_the_domains_that_can_be_told() -> None:
    everything, one = domain_hashes(GenerateConfig()), domain_hashes(GenerateConfig(domain="box"))
    assert (len(everything), len(one), set(one) < set(everything)) == (7, 1, True)


def test_no_domain_asks_for_single_steps() -> None:
    texts = [domain_text(sample(), GenerateConfig.model_validate({"domain": domain})) for domain in Domain]
    assert not any(STEP_BY_STEP.search(text) or FORCED.search(text) or "<" in text for text in texts)


def test_the_actions_of_the_web_are_spelled_out() -> None:
    text = domain_text(sample(Task.ACTION), GenerateConfig())
    assert all(form in text for form in ("click[id]", "type[id][text]", "scroll[up]", "scroll[down]", "go_back", "stop[answer]"))
