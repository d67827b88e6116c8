"""Load: a student from a folder or a hub id, ready to be trained or asked.

A *student* is a model, its processor and the settings it was trained with. Any ``AutoModelForImageTextToText`` is one; a folder of
LoRA weights is loaded on the model it names and merged into it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText

from models.student.config import StudentConfig
from models.student.processor import apply_view, load_processor, view_of
from models.student.settings import read_settings, write_settings

ADAPTER = "adapter_config.json"
PROCESSOR_FILES = ("processor_config.json", "preprocessor_config.json")


class UnknownStudentError(ValueError):
    """No model at that folder or hub id; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Student:
    """A model with its processor and settings."""

    model: Any
    processor: Any
    config: StudentConfig


def load_student(source: str | Path, config: StudentConfig | None = None, dtype: str | None = None) -> Student:
    """The student of a folder or hub id, in evaluation mode.

    ``config`` is by default the ``fovea.json`` beside the checkpoint, or else what the processor does by itself. ``dtype`` (such as
    ``float32``) is by default that of ``config``. Raises ``UnknownStudentError`` where there is no model, ``ValueError`` where the
    view and the processor disagree.
    """
    folder = Path(source)
    adapter = read_adapter(folder)
    settings = config or read_settings(folder)
    try:
        processor = load_processor(source if adapter is None or _has_processor(folder) else adapter)
        settings = settings or StudentConfig(base=str(source), view=view_of(processor))
        apply_view(processor, settings.view)
        model = _load_model(source, adapter, dtype or settings.dtype)
    except OSError as error:
        wanted = f"{source} (LoRA weights on {adapter})" if adapter else str(source)
        raise UnknownStudentError(f"no student at {wanted}: {str(error).splitlines()[0]}") from error
    return Student(model.eval(), processor, settings)


def save_student(student: Student, folder: Path) -> None:
    """Write model, processor and ``fovea.json`` into a folder."""
    student.model.save_pretrained(folder)
    student.processor.save_pretrained(folder)
    write_settings(folder, student.config)


def read_adapter(folder: Path) -> str | None:
    """The base model that a folder of LoRA weights names; None for a folder of whole weights or a hub id."""
    path = folder / ADAPTER
    if not path.is_file():
        return None
    return str(json.loads(path.read_text(encoding="utf-8"))["base_model_name_or_path"])


def _load_model(source: str | Path, adapter: str | None, dtype: str) -> Any:
    kind = dtype if dtype == "auto" else getattr(torch, dtype)
    model = AutoModelForImageTextToText.from_pretrained(adapter or source, dtype=kind)
    if adapter is None:
        return model
    from peft import PeftModel

    return PeftModel.from_pretrained(model, source).merge_and_unload()


def _has_processor(folder: Path) -> bool:
    return any((folder / name).is_file() for name in PROCESSOR_FILES)
