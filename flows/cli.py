"""The command ``fovea``."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from flows.recipe import RecipeError, load_recipe, recipe_names
from tasks.stage import Stage

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
out = Console(soft_wrap=True, highlight=False)
RecipeArgument = Annotated[str, typer.Argument(help="The name of a recipe, or the path of a .toml file.")]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="A setting, as in curate.rules.answer_iou.minimum=0.7.")]
StartOption = Annotated[Stage | None, typer.Option("--from", help="Take what is upstream of this stage as it is.")]
ForceOption = Annotated[list[Stage] | None, typer.Option("--force", help="Run this stage although its version exists.")]


@app.command()
def run(recipe: RecipeArgument, start: StartOption = None, force: ForceOption = None, settings: SetOption = None) -> None:
    """Run a recipe: every stage whose version does not exist yet."""
    from flows.session import run_recipe

    run_recipe(recipe, overrides(settings), start, force or [])


@app.command()
def plan(recipe: RecipeArgument, start: StartOption = None, force: ForceOption = None, settings: SetOption = None) -> None:
    """Say what a run would do, stage by stage."""
    from data.store import Store
    from flows.plan import plan as plan_run

    steps = plan_run(Store.open(), load_recipe(recipe, overrides(settings)), start, force or [])
    table = Table("stage", "fate", "makes")
    for step in steps:
        table.add_row(step.stage, step.fate, ", ".join(f"{name} {version.version_id}" for name, version in (step.made or {}).items()))
    out.print(table)


@app.command()
def recipes() -> None:
    """List the recipes."""
    table = Table("recipe", "what it does")
    for name in recipe_names():
        table.add_row(name, load_recipe(name).description)
    out.print(table)


@app.command()
def sql(
    question: Annotated[str, typer.Argument(help="One reading statement.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma separated, for other programs.")] = False,
) -> None:
    """Ask the tables of the store, also while a run writes."""
    from data.catalog import query
    from data.store import Store

    names, rows = query(Store.open(), question)
    if as_csv:
        import csv

        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(rows)
        return
    table = Table(*names)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    out.print(table)


@app.command()
def versions(table_name: Annotated[str | None, typer.Argument(help="One table, or checkpoints; default all.")] = None) -> None:
    """List the versions in the store, oldest first."""
    from data.store import Store

    table = Table("version", "table", "rows", "bytes", "stage", "made")
    for version in Store.open().versions(table_name):
        made = f"{version.created_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(version.version_id, version.table_name, str(version.rows), str(version.bytes), version.stage, made)
    out.print(table)


@app.command()
def up(port: Annotated[int, typer.Option(help="Where the server listens.")] = 4200) -> None:
    """Start the Prefect server, a worker and every deployment on this machine."""
    from flows.serve import start

    service = start(port, out.print)
    out.print(f"Prefect is up: {service.url.removesuffix('/api')}  (store {service.store})")
    out.print(f"export PREFECT_API_URL={service.url}")


@app.command()
def down() -> None:
    """End what ``fovea up`` started."""
    from flows.serve import stop

    out.print("Prefect is down." if stop() else "Nothing was up.")


def overrides(settings: list[str] | None) -> dict[str, Any]:
    """Settings as ``key=value``, the value in TOML, or else a word. Raises ``RecipeError``."""
    import tomllib

    given: dict[str, Any] = {}
    for setting in settings or []:
        key, mark, value = setting.partition("=")
        if not mark or not key:
            raise RecipeError(f"--set takes key=value, not {setting!r}")
        try:
            given[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            given[key.strip()] = value
    return given


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)


def main() -> None:
    """Run the command; what a person can mend is one sentence on stderr and exit code 1."""
    from flows.errors import EXPECTED

    try:
        app()
    except EXPECTED as error:
        sys.stderr.write(f"fovea: {' '.join(str(error).split())}\n")
        sys.exit(1)
