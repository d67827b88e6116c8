from __future__ import annotations

from pathlib import Path

import pytest

from data.store.files import place_whole, replaced


def write_half(path: Path) -> None:
    with replaced(path) as part:
        part.write_text("half")
        raise RuntimeError


def test_a_replaced_file_is_the_new_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    for text in ("old", "new"):
        with replaced(path) as part:
            part.write_text(text)
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("old")
    with pytest.raises(RuntimeError):
        write_half(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_at_its_place_with_all_it_holds(tmp_path: Path) -> None:
    part = tmp_path / "part"
    (part / "deep").mkdir(parents=True)
    (part / "deep" / "weights").write_text("w")
    place_whole(part, tmp_path / "runs" / "model")
    assert (tmp_path / "runs" / "model" / "deep" / "weights").read_text() == "w"
    assert not part.exists()
