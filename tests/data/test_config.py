from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from data.config import Section
from data.publishing.config import PublishConfig
from data.sources.config import IngestConfig
from data.viewing import ViewConfig
from models.exams.config import EvaluateConfig


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        (PublishConfig, {"traces_per_sample": 0}),
        (PublishConfig, {"validation_share": 1.5}),
        (EvaluateConfig, {"limit": -1}),
        (EvaluateConfig, {"temperature": -0.1}),
        (EvaluateConfig, {"limt": 1}),
        (IngestConfig, {"sources": []}),
        (ViewConfig, {"space": "grid:0"}),
    ],
)
def test_a_setting_that_means_nothing_is_refused_by_its_name(section: type[Section], settings: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        section.model_validate(settings)


def test_a_section_does_not_change() -> None:
    config = PublishConfig()
    with pytest.raises(ValidationError, match="frozen"):
        config.traces_per_sample = 2  # type: ignore[misc]
