"""What README.md and docs/ quote exists and runs."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from data.store import Store
from flows.recipe import recipe_names

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if path.exists()]
FENCED = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


def quoted() -> Iterator[tuple[str, str]]:
    """Every line of code in the documents, with its document's name."""
    for path in DOCUMENTS:
        text = path.read_text()
        for block in FENCED.findall(text):
            for line in block.splitlines():
                yield path.name, line.removeprefix("$ ").split(" #")[0].strip()
        for code in INLINE.findall(FENCED.sub("", text)):
            yield path.name, code.strip()


def words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def starting(*head: str) -> list[tuple[str, list[str]]]:
    found = [(name, words(line)) for name, line in quoted() if line.startswith(head[0])]
    return [(name, line) for name, line in found if tuple(line[: len(head)]) == head]


def sql_blocks() -> list[tuple[str, str]]:
    texts = [(path.name, path.read_text()) for path in DOCUMENTS]
    return [
        (f"{name}:{text.count(chr(10), 0, match.start()) + 1}", match[1])
        for name, text in texts
        for match in re.finditer(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]


@pytest.mark.parametrize(("place", "sql"), sql_blocks(), ids=[place for place, _ in sql_blocks()])
def test_sql_runs_and_has_an_answer_in_a_whole_store(place: str, sql: str, building: ModuleType, told_store: Store) -> None:
    assert "(no rows)" not in building.answer(building.Block(place, "sql", sql), told_store)


def test_there_are_a_dozen_questions() -> None:
    assert len([place for place, _ in sql_blocks() if place.startswith("queries.md")]) >= 12


def test_sql_in_commands_runs(building: ModuleType, told_store: Store) -> None:
    for name, line in starting("fovea", "sql"):
        if not any("..." in word or "<" in word for word in line[2:]):
            building.answer(building.Block(name, "sql", line[2]), told_store)


def test_quoted_commands_exist() -> None:
    from flows.cli import app

    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    unknown = {(name, line[1]) for name, line in starting("fovea") if len(line) > 1 and line[1].strip("`") not in known}
    assert not {(name, word) for name, word in unknown if word.isidentifier()}


def test_quoted_recipes_exist() -> None:
    for name, line in [*starting("fovea", "run"), *starting("fovea", "plan")]:
        if len(line) > 2 and line[2].isidentifier():
            assert line[2] in recipe_names(), f"{name} runs the recipe {line[2]}"


def test_quoted_deployments_exist() -> None:
    path = ROOT / "prefect.yaml"
    if not path.exists():
        pytest.skip("there is no prefect.yaml yet")
    found = re.findall(r"- name: (\S+)\n\s+entrypoint: \S+:(\w+)", path.read_text())
    declared = {(flow, deployment) for deployment, flow in found}
    for name, line in starting("prefect", "deployment", "run"):
        flow, _, deployment = line[3].partition("/")
        assert (flow, deployment) in declared, f"{name} runs the deployment {line[3]}"


def test_quoted_make_targets_exist() -> None:
    path = ROOT / "Makefile"
    if not path.exists():
        pytest.skip("there is no Makefile yet")
    targets = set(re.findall(r"^([a-z-]+):", path.read_text(), re.MULTILINE))
    assert {line[1] for _, line in starting("make") if len(line) > 1} <= targets


def test_quoted_modules_and_files_exist() -> None:
    for name, line in quoted():
        if re.fullmatch(r"(data|models|tasks|flows|docs|bench|tests)/[\w./-]+", line) and not (ROOT / line).exists():
            pytest.fail(f"{name} names {line}, which is not there")


def test_quoted_recipes_of_toml_load() -> None:
    for path in DOCUMENTS:
        for block in re.findall(r"^```toml\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
            tomllib.loads(block)
