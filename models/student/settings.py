"""Settings: what is stored beside every checkpoint in ``fovea.json``, so that a student is seen and spoken to as it was trained."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from data.store.files import replaced
from models.student.config import StudentConfig

SETTINGS = "fovea.json"


class SettingsError(ValueError):
    """A ``fovea.json`` that holds no student's settings."""


def write_settings(folder: Path, config: StudentConfig) -> Path:
    """Write the settings beside a checkpoint and return their path."""
    path = folder / SETTINGS
    text = json.dumps(config.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"
    with replaced(path) as part:
        part.write_text(text, encoding="utf-8")
    return path


def read_settings(folder: Path) -> StudentConfig | None:
    """The settings beside a checkpoint; None where there are none. Raises ``SettingsError``."""
    path = folder / SETTINGS
    if not path.is_file():
        return None
    try:
        return StudentConfig.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise SettingsError(f"{path} holds no student settings: {error}") from error
