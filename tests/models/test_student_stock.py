from pathlib import Path

import pytest
from PIL import Image

from models.student.load import load_student
from tests.models.folders import ARCHITECTURES, build_folder
from tests.models.saying import Request, generate

MESSAGES = [{"role": "user", "content": [{"type": "image", "text": None}, {"type": "text", "text": "Where is the red circle?"}]}]


@pytest.mark.slow
@pytest.mark.parametrize("side", [112, 224])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_stock_architecture_loads_and_speaks(architecture: str, side: int, tmp_path: Path) -> None:
    student = load_student(build_folder(tmp_path / architecture, architecture, side))
    wide, square = Image.new("RGB", (300, 200), "red"), Image.new("RGB", (90, 90), "blue")
    requests: list[Request] = [(MESSAGES, [wide]), (MESSAGES, [square])]
    first, second = generate(student, requests, 5)
    assert first.completion_tokens == second.completion_tokens == 5
    assert second.image_tokens == (side // 28) ** 2
