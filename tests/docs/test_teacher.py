"""The settings and the command lines of docs/teacher.md are taken as they stand there."""

import re
import shlex
from pathlib import Path

from flows.recipe import load_recipe
from models.teacher.embedded.__main__ import read_arguments
from models.teacher.embedded.faults import FAULTS, TWISTS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "teacher.md").read_text()
BLOCKS = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^(fovea run|python -m models\.teacher\.embedded)( .*)$", TEXT, re.MULTILINE)


def test_every_method_has_its_settings() -> None:
    methods = {found for block in BLOCKS for found in re.findall(r'^method = "(\w+)"', block, re.MULTILINE)}
    assert methods == {"direct", "rationalize", "tree"}
    assert any("textualize" in block for block in BLOCKS)


def test_what_is_set_on_a_command_line_is_a_setting() -> None:
    runs = [shlex.split(rest, comments=True) for command, rest in COMMANDS if command == "fovea run"]
    for recipe, *options in runs:
        assert load_recipe(recipe, dict(word.split("=", 1) for word in options if "=" in word)).name == recipe
    assert len(runs) >= 4


def test_the_failing_teacher_takes_its_command_line() -> None:
    (line,) = [rest for command, rest in COMMANDS if command != "fovea run"]
    assert set(read_arguments(shlex.split(line)).chaos) <= {*FAULTS, *TWISTS}
