from pathlib import Path
from types import ModuleType

import pytest

from data.store import Store


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def test_an_answer_is_written_below_its_question(page: Path, building: ModuleType, made_store: Store) -> None:
    page.write_text("Ask.\n\n```sql\nselect count(*) as n from rejects\n```\n\nEnd.\n")
    assert building.build(page, made_store) == "Ask.\n\n```sql\nselect count(*) as n from rejects\n```\n\n```text\nn\n-\n3\n```\n\nEnd.\n"


def test_building_twice_changes_nothing(page: Path, building: ModuleType, made_store: Store) -> None:
    page.write_text("```sql\nselect 1 as one\n```\n\nEnd.\n")
    page.write_text(building.build(page, made_store))
    assert building.build(page, made_store) == page.read_text()


def test_a_command_is_run_and_its_output_replaced(page: Path, building: ModuleType, made_store: Store) -> None:
    page.write_text("```console\n$ fovea versions rejects\nold output\n```\n")
    text = building.build(page, made_store)
    assert "old output" not in text
    assert "ver_" in text


def test_other_commands_are_left_alone(page: Path, building: ModuleType, made_store: Store) -> None:
    page.write_text("```console\n$ make demo\nscores\n```\n")
    assert building.build(page, made_store) == page.read_text()


def test_a_block_that_fails_names_its_place(page: Path, building: ModuleType, made_store: Store) -> None:
    page.write_text("\n\n```sql\nselect nothing from nowhere\n```\n")
    with pytest.raises(building.BlockError, match=r"page\.md:3: .*nowhere"):
        building.build(page, made_store)


def test_a_command_that_fails_names_its_place(page: Path, building: ModuleType, made_store: Store) -> None:
    page.write_text("```console\n$ fovea run no_such_recipe\n```\n")
    with pytest.raises(building.BlockError, match=r"page\.md:1: .*no_such_recipe"):
        building.build(page, made_store)


def test_every_block_of_every_document_runs(building: ModuleType, told_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert building.main(["--store", str(told_store.root), "--check"]) == 0, capsys.readouterr().err
