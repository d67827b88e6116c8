import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks import sources
from tasks.sources import PACKAGES, ROOT, closure, package_data, source_hash
from tasks.stage import FORMS, Stage


def test_the_closure_holds_what_a_module_imports_through_others() -> None:
    found = closure(["tasks.ingest"])
    assert {"tasks.ingest", "tasks", "data.sources.ingest", "data.sources.scenes", "data.space"} <= set(found)


def test_the_closure_stays_in_the_project_and_below_flows() -> None:
    found = closure(module for form in FORMS.values() for module in form.modules)
    assert {name.split(".")[0] for name in found} == {"data", "models", "tasks"}


def test_curation_is_not_made_of_training() -> None:
    assert not [name for name in closure(FORMS[Stage.CURATE].modules) if name.startswith("models.training")]


def test_stages_differ_in_their_sources() -> None:
    hashes = [source_hash(FORMS[stage].modules) for stage in Stage]
    assert len(set(hashes)) == len(hashes)


def test_a_module_without_source_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"tasks\.nothing"):
        closure(["tasks.nothing"])


def test_a_report_is_made_of_its_templates_too() -> None:
    found = closure(FORMS[Stage.REPORT].modules)
    names = {path.name for name, source in found.items() for path in package_data(name, source)}
    assert {"report.html.j2", "report.css"} <= names


def test_prompts_are_keyed_by_the_stages_that_use_them() -> None:
    found = closure(["data.prompts"])
    assert not package_data("data.prompts", found["data.prompts"])


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the project whose sources are hashed in its place."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for cached in (sources._path, sources._imports, sources._content_hash, package_data):
        cached.cache_clear()


def hashes() -> dict[Stage, str]:
    forget()
    return {stage: source_hash(FORMS[stage].modules) for stage in Stage}


@pytest.mark.parametrize("package", ["data.dialects", "models.training.rewards", "models.training.samplers"])
def test_a_discovering_package_is_made_of_every_file_in_it(package: str) -> None:
    files = {path.stem for path in ROOT.joinpath(*package.split(".")).glob("*.py")} - {"__init__"}
    assert {f"{package}.{name}" for name in files} <= set(closure([package]))


def test_a_new_or_changed_strategy_changes_the_keys_of_the_stages_that_use_it(copied: Path) -> None:
    before, path = hashes(), copied / "models/training/samplers/brand_new.py"
    path.write_text("NEW = 1\n")
    new = hashes()
    path.write_text("NEW = 2\n")
    changed = hashes()
    assert before[Stage.REINFORCE] != new[Stage.REINFORCE] != changed[Stage.REINFORCE]
    assert before[Stage.CURATE] == new[Stage.CURATE] == changed[Stage.CURATE]
