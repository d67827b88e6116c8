from pathlib import Path

import pytest

from models.student.load import Student, load_student
from tests.models.folders import build_tiny_folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained tiny student on disk."""
    return build_tiny_folder(tmp_path_factory.mktemp("student") / "tiny")


@pytest.fixture(scope="session")
def tiny_student(tiny_folder: Path) -> Student:
    """An untrained tiny student, loaded."""
    return load_student(tiny_folder)
