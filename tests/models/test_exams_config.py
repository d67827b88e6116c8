from __future__ import annotations

import pytest
from pydantic import ValidationError

from models.exams.config import EvaluateConfig


@pytest.mark.parametrize("name", ["", ".hidden", "..", "a/b", "../up", "with crops", "a\n", "x" * 101])
def test_a_mode_whose_name_is_no_folder_is_refused(name: str) -> None:
    found: list[dict[str, object]] = [{"mode": name}, {"modes": {"grounded": {}, name: {}}}]
    for settings in found:
        with pytest.raises(ValidationError, match=r"a mode is called by up to 100 letters, digits, .*, the first of them no dot, not"):
            EvaluateConfig.model_validate(settings)


def test_modes_are_called_by_letters_digits_and_marks() -> None:
    assert set(EvaluateConfig.model_validate({"modes": {"looks-2": {}, "v1.5": {}, "first_sight": {}}}).askings) == {
        "looks-2",
        "v1.5",
        "first_sight",
    }
