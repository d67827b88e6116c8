from __future__ import annotations

import pytest
from pydantic import ValidationError

from data.config import Section
from models.teacher.config import GenerateConfig, Price, TeacherConfig
from models.teacher.judge.config import JudgeConfig

ELSEWHERE = {"base_url": "https://api.example.com/v1", "model": "m"}


@pytest.mark.parametrize(("kind", "section"), [(GenerateConfig, "generate"), (JudgeConfig, "judge")])
def test_a_cap_on_dollars_needs_a_price(kind: type[Section], section: str) -> None:
    with pytest.raises(ValidationError, match=rf"{section}\.budget\.dollars needs {section}\.teacher\.prices\.'m'; .* known of: none"):
        kind.model_validate({"budget": {"dollars": 1}, "teacher": ELSEWHERE})
    priced = ELSEWHERE | {"prices": {"m": {"prompt": 1, "completion": 2}}}
    kind.model_validate({"budget": {"dollars": 1}, "teacher": priced})


@pytest.mark.parametrize(
    ("url", "mark"), [("https://me:hunter2@host/v1", "@"), ("https://host/v1?key=hunter2", "?"), ("//[hunter2@/", "@")]
)
def test_an_address_with_a_secret_is_refused_without_repeating_it(url: str, mark: str) -> None:
    with pytest.raises(ValidationError, match=rf"no user, password, query or fragment, and has \{mark}; a key comes from") as told:
        GenerateConfig.model_validate({"teacher": {"base_url": url}})
    assert "hunter2" not in str(told.value)


def test_only_the_teacher_that_runs_for_the_stage_is_free_without_a_price() -> None:
    assert TeacherConfig().price == Price(prompt=0, completion=0)
    assert TeacherConfig.model_validate(ELSEWHERE).price is None
