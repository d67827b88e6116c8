import json
from pathlib import Path

import pytest

from data.export import FORMATS, ExportError
from data.export.folder import MARK
from data.store import UnknownVersionError
from tasks.export import Asking, export_version
from tests.data.export.conftest import Made, files, made

__all__ = ["made"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_version_gives_the_same_files(made: Made, tmp_path: Path, form: str) -> None:
    first, second = (export_version(made.store, made.sft.version_id, form, tmp_path / name).folder for name in ("a", "b"))
    assert files(first) == files(second)
    assert json.loads((first / MARK).read_text())["version"] in {made.sft.version_id, made.samples.version_id}


@pytest.mark.parametrize("form", FORMATS)
def test_the_card_goes_along_with_the_files_that_the_hub_reads(made: Made, tmp_path: Path, form: str) -> None:
    exported = export_version(made.store, "latest", form, tmp_path / "out")
    text = (exported.folder / "README.md").read_text()
    assert text.startswith("---\nconfigs:\n")
    assert all(f'path: "{part.path}"' in text for part in exported.parts)
    assert "coordinates are in the space `grid:100`" in text


def test_one_split_is_exported_alone(made: Made, tmp_path: Path) -> None:
    exported = export_version(made.store, "latest", "sharegpt", tmp_path / "out", split="test")
    assert {part.split for part in exported.parts} == {"test"}


def test_a_folder_with_anything_in_it_is_left_alone(made: Made, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="it is no earlier export"):
        export_version(made.store, "latest", "verl", tmp_path, force=True)
    assert files(tmp_path) == {"mine.txt": b"mine"}


def test_an_earlier_export_is_replaced_when_asked_for(made: Made, tmp_path: Path) -> None:
    export_version(made.store, "latest", "verl", tmp_path / "out")
    with pytest.raises(ExportError, match="--force"):
        export_version(made.store, "latest", "sharegpt", tmp_path / "out")
    export_version(made.store, "latest", "sharegpt", tmp_path / "out", force=True)
    assert not (tmp_path / "out" / "train.parquet").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_split_that_is_not_there_names_those_that_are_and_leaves_nothing(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"no rows of validation to export; it has rows of test, train"):
        export_version(made.store, "latest", "sharegpt", tmp_path / "out", split="validation")
    assert list(tmp_path.iterdir()) == []


def test_a_version_of_another_table_is_refused(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is one of samples"):
        export_version(made.store, made.samples.version_id, "sharegpt", tmp_path / "out")
    with pytest.raises(ExportError, match="name a recipe with --recipe"):
        export_version(made.store, made.samples.version_id, "verl", tmp_path / "out")
    with pytest.raises(UnknownVersionError):
        export_version(made.store, "ver_nothing", "verl", tmp_path / "out")


def test_a_format_that_does_not_exist_names_those_that_do(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="there are sharegpt, verl"):
        export_version(made.store, "latest", "parquetry", tmp_path / "out", asking=Asking.model_validate({"student": {}}))
