import pytest

from tasks.sources import closure, package_data, source_hash
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
