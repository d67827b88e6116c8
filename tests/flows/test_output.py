from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import OutputError
from flows.output import check_output, written


def test_a_file_appears_whole_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.html"
    with written(path) as part:
        part.write_text("all of it")
        assert not path.exists()
    assert (path.read_text(), [one.name for one in path.parent.iterdir()]) == ("all of it", ["page.html"])


def test_after_an_error_a_file_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError), written(path) as part:
        part.write_text("half \ud800")
    assert (path.read_text(), list(tmp_path.iterdir())) == ("before", [path])


def test_a_device_is_written_to_as_it_is() -> None:
    with written(Path("/dev/null")) as part:
        assert part == Path("/dev/null")


def test_a_device_without_room_is_a_sentence() -> None:
    with pytest.raises(OutputError, match="/dev/full cannot be written: the disk is full"), written(Path("/dev/full")) as part:
        part.write_text("much")


def test_a_name_that_is_too_long_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: File name too long"):
        check_output(tmp_path / ("x" * 300))
