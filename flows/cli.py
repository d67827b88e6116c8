"""The command ``fovea``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.recipe import RecipeError, load_recipe, recipe_names
from flows.terminal import console, counted, table, thousands
from tasks.stage import Stage

HELP = "Train vision-language models that point at what they reason about."
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=HELP,
)
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
    """Say what a run would do, stage by stage, what that comes to, and what it wants that is not here."""
    from data.store import Store
    from flows.estimate import estimate, memory
    from flows.needs import lacking
    from flows.plan import Fate
    from flows.plan import plan as plan_run

    wanted = load_recipe(recipe, overrides(settings))
    steps = plan_run(Store.open(), wanted, start, force or [])
    made = [", ".join(f"{name} {version.version_id}" for name, version in (step.made or {}).items()) for step in steps]
    out = console()
    out.print(table(["stage", "fate", "made"], [(step.stage, step.fate, text) for step, text in zip(steps, made, strict=True)]))
    ahead = {step.stage for step in steps if step.fate in {Fate.TO_DO, Fate.FORCED}}
    amounts = [(one.stage, one.what, thousands(one.most), one.how) for one in estimate(wanted) if one.stage in ahead]
    if amounts:
        out.print(table(["stage", "what", "at most", "how"], amounts))
    shares = [(one.stage, one.what, one.gibibytes, one.how) for one in memory(wanted) if one.stage in ahead]
    if shares:
        out.print(table(["stage", "memory of a process", "GiB", "how"], shares))
    for sentence in lacking(wanted) if ahead else ():
        out.print(f"not here: {sentence}")


@app.command()
def recipes() -> None:
    """List the recipes, and what each of them needs beside this project."""
    from flows.needs import needs

    found = {name: load_recipe(name) for name in recipe_names()}
    rows = [(name, ", ".join(needs(one)) or "nothing", one.description) for name, one in found.items()]
    console().print(table(["recipe", "needs", "what it does"], rows))


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

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
        return
    console().print(table(names, rows))


@app.command()
def versions(table_name: Annotated[str | None, typer.Argument(help="One table, or checkpoints; default all.")] = None) -> None:
    """List the versions in the store, oldest first."""
    from data.store import Store, UnknownVersionError
    from data.tables import CHECKPOINTS, TABLES

    if table_name and table_name not in {*TABLES, CHECKPOINTS}:
        raise UnknownVersionError(f"no table {table_name!r}; there are {', '.join(sorted({*TABLES, CHECKPOINTS}))}")
    found = Store.open().versions(table_name)
    rows = [(one.version_id, one.table_name, counted(one), one.bytes, one.stage, f"{one.created_at:%Y-%m-%d %H:%M:%S}") for one in found]
    console().print(table(["version", "table", "rows", "bytes", "stage", "made"], rows))


@app.command()
def lineage(version: Annotated[str, typer.Argument(help="A version's id, or a unique start of one.")]) -> None:
    """List what a version was made from, nearest first."""
    from data.store import Store

    found = Store.open().lineage(version)
    rows = [(one.version_id, one.table_name, counted(one), one.stage, one.run_id, (one.code_revision or "")[:12]) for one in found]
    console().print(table(["version", "table", "rows", "stage", "run", "code"], rows))


@app.command()
def show(
    identity: Annotated[str, typer.Argument(help="The id of a sample, trace, tree, rollout, prediction, version, ..., or a start of one.")],
) -> None:
    """Show one thing: what it says, its picture (a file below the store), and what it came from."""
    from data.showing import describe
    from data.store import Store

    store = Store.open()
    shown = describe(store, identity)
    out = console()
    out.print(shown.text)
    if shown.picture is not None:
        path = store.root / "shown" / f"{shown.id}.png"
        path.parent.mkdir(exist_ok=True)
        shown.picture.save(path)
        out.print(f"picture: {path}")
    if shown.ancestors:
        out.print(table(["from", "id", "note"], [(one.table_name, one.id, one.note) for one in shown.ancestors]))


@app.command()
def rescore(
    reference: Annotated[str, typer.Argument(metavar="RUN", help="The id of a run with rollouts, a start of one, or latest.")],
    rewards: Annotated[str, typer.Option(help="A recipe, or a TOML file with a table named rewards.")],
    most: Annotated[int, typer.Option("--flips", help="How many of the rollouts that moved farthest are listed.")] = 10,
    out_file: Annotated[Path | None, typer.Option("--out", metavar="FILE.parquet", help="Where to write a row for each rollout.")] = None,
    settings: SetOption = None,
) -> None:
    """Score a run's saved rollouts by other rewards, without a model: what would have changed."""
    from data.store import Store
    from flows.output import check_output
    from flows.rescoring import flip_cells, part_cells, rescore_run, sentences, write_rows

    if out_file is not None:
        check_output(out_file)
    saved, groups = rescore_run(Store.open(), reference, rewards, overrides(settings))
    out = console()
    out.print(table(["part", "old mean", "new mean", "changed", "left out"], part_cells(groups)))
    for sentence in sentences(saved, groups):
        out.print(sentence)
    if cells := flip_cells(groups, most):
        out.print(table(["rollout", "old reward", "new reward", "parts that changed", "text"], cells))
    if out_file is not None:
        out.print(f"{write_rows(saved, groups, out_file)} rows: {out_file}")


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A run, a version of predictions, a checkpoint, a model's name, or latest.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    benchmark: Annotated[str | None, typer.Option(help="One benchmark; default all that both answer.")] = None,
    protocol: Annotated[str | None, typer.Option(help="One protocol; default all that judge both.")] = None,
    mode: Annotated[str | None, typer.Option(help="One mode, of both sides unless B has another.")] = None,
    other_mode: Annotated[str | None, typer.Option(help="The mode of B.")] = None,
    most: Annotated[int, typer.Option("--flips", help="How many of the items that flipped are listed.")] = 10,
    page: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Where to write them with their pictures.")] = None,
    across: Annotated[bool, typer.Option("--across", help="Pair items of other versions or by other protocols too, and say so.")] = False,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
) -> None:
    """Set two models' answers side by side: differences with intervals, and the items that flipped."""
    from data.benchmarks.sides import Wanted
    from data.store import Store
    from flows.comparing import FLIP_HEADS, HEADS, compare_sides, contrast_cells, flip_cells, sentences, title, write_page
    from flows.output import check_output

    if page is not None:
        check_output(page)
    store = Store.open()
    wanted = Wanted(benchmark, protocol, mode), Wanted(benchmark, protocol, other_mode or mode)
    found = compare_sides(store, (a, b), wanted, across=across)
    out = console()
    out.print(f"A: {found.a.name}\nB: {found.b.name}")
    for pairing in found.pairings:
        out.print(title(pairing))
        out.print(table(HEADS, contrast_cells(pairing, seed)))
    for sentence in sentences(found, most):
        out.print(sentence)
    if cells := flip_cells(found, most):
        out.print(table(FLIP_HEADS, cells))
    if page is not None:
        out.print(f"{write_page(store, found, page, most, seed)} items: {page}")


@app.command()
def behaviour(
    reference: Annotated[str, typer.Argument(metavar="WHAT", help="A run, a version of predictions or traces, a model's name, or latest.")],
    of_traces: Annotated[bool, typer.Option("--traces", help="Of a teacher's traces, where the name does not say it.")] = False,
    benchmark: Annotated[str | None, typer.Option(help="One benchmark; default all.")] = None,
    mode: Annotated[str | None, typer.Option(help="One mode; default all.")] = None,
    radius: Annotated[float | None, typer.Option(help="Pixels within which two places are one; default 10.")] = None,
    dialect: Annotated[str | None, typer.Option(help="The dialect of answers that do not say theirs.")] = None,
    space: Annotated[str | None, typer.Option(help="Their space: pixel, resized, unit or grid:N.")] = None,
    judge: Annotated[str | None, typer.Option(help="Who marks them too: embedded, PROVIDER/MODEL or a FILE.toml.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="Of the judge, as in judge.budget.calls=100.")] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
) -> None:
    """Count what chains of thought do on their way, a row of judgements each, and show the means by group."""
    from data.benchmarks.sides import Wanted
    from data.store import Store
    from flows.asking import read_judge
    from flows.behaviour import AGREEMENT_HEADS, HEADS, agreement, lines, note, sentences

    store = Store.open()
    reading = {"radius": radius, "dialect": dialect, "space": space}
    asked = read_judge(judge, overrides(settings))
    told = note(store, reference, reading, Wanted(benchmark, mode=mode), of_traces=of_traces, judge=asked)
    out = console()
    out.print(table(HEADS, lines(told, seed)))
    if cells := agreement(told):
        out.print(table(AGREEMENT_HEADS, cells))
    for sentence in sentences(told):
        out.print(sentence)


@app.command()
def disputes(
    references: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="A run of evaluate or score, a version of predictions, the name of a model, or latest; several are read as one, so that "
            "answers which were scored by one protocol after another meet.",
        ),
    ],
    benchmark: Annotated[str | None, typer.Option(help="One benchmark; default all.")] = None,
    mode: Annotated[str | None, typer.Option(help="One mode; default all.")] = None,
    most: Annotated[int, typer.Option("--items", help="How many items are listed.")] = 10,
) -> None:
    """List the items that protocols judge differently, and what each of them read."""
    from data.benchmarks.sides import Wanted
    from data.store import Store
    from flows.disputing import HEADS, cells, find_disputes, sentences

    found = find_disputes(Store.open(), references, Wanted(benchmark, mode=mode))
    out = console()
    if found.disputes:
        out.print(table(HEADS, cells(found.disputes[:most])))
    for sentence in sentences(found, most):
        out.print(sentence)


@app.command()
def score(
    protocol: Annotated[str, typer.Argument(help="How to judge; fovea protocols lists them.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="What a model wrote, an object a line; - is the standard input.")],
    out_file: Annotated[Path | None, typer.Option("--out", metavar="FILE.jsonl", help="Where to write; default to stdout.")] = None,
    is_kept: Annotated[bool, typer.Option("--store", help="Keep the answers in predictions and what they come to in scores.")] = False,
    model: Annotated[str | None, typer.Option(help="Whose answers are kept; default the file's name.")] = None,
    benchmark: Annotated[str | None, typer.Option(help="What they answer; default the protocol's name.")] = None,
    mode: Annotated[str, typer.Option(help="How the model was asked.")] = "given",
    processes: Annotated[int | None, typer.Option(min=1, help="How many judge a large file; default as many as there are cores.")] = None,
) -> None:
    """Score any model's outputs by a protocol, a line for a line; refused lines give exit code 1."""
    from flows.scoring import score_file
    from tasks.score import Naming

    naming = Naming(model or ("stdin" if str(file) == "-" else file.stem), benchmark or protocol, mode) if is_kept else None
    if score_file(protocol, file, out_file, naming, processes):
        raise typer.Exit(1)


@app.command()
def protocols() -> None:
    """List the protocols: whose code each follows, and what a line has for it."""
    from flows.scoring import protocol_cells

    console().print(table(["protocol", "source", "fields of a line"], protocol_cells()))


@app.command()
def export(
    version: Annotated[str, typer.Argument(help="A version of sft or samples, a unique start of one, or latest.")],
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="sharegpt (LLaMA-Factory) or verl (verl and EasyR1).")],
    folder: Annotated[Path, typer.Argument(help="Where to write; it must be empty or not there.")],
    split: Annotated[str | None, typer.Option(help="One split; default all.")] = None,
    recipe: Annotated[str | None, typer.Option(help="Whose student asks samples of which no conversations were published.")] = None,
    settings: SetOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
) -> None:
    """Write a version as another trainer reads it."""
    from data.store import Store
    from tasks.export import LEFT_OUT, Asking, export_version

    said = load_recipe(recipe, overrides(settings)) if recipe else None
    asking = Asking(student=said.student, publish=said.publish) if said else None
    made = export_version(Store.open(), version, form, folder, split=split, force=force, asking=asking)
    out = console()
    out.print(table(["file", "split", "rows"], [(made.folder / part.path, part.split, part.rows) for part in made.parts]))
    if made.left_out:
        out.print(f"{made.left_out} rows are not in it: {made.folder / LEFT_OUT}")


@app.command()
def up(port: Annotated[int, typer.Option(help="Where the server listens.")] = 4200) -> None:
    """Start the Prefect server, a worker and every deployment on this machine."""
    from flows.serve import start

    out = console()
    service = start(port, out.print)
    out.print(f"Prefect is up: {service.url.removesuffix('/api')}  (store {service.store})")
    out.print(f"export PREFECT_API_URL={service.url}")


@app.command()
def down() -> None:
    """End what ``fovea up`` started."""
    from flows.serve import stop

    console().print("Prefect is down." if stop() else "Nothing was up.")


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


def main() -> None:
    """Run the command; what a person can mend is one sentence on stderr and exit code 1."""
    from flows.errors import EXPECTED

    try:
        app()
    except EXPECTED as error:
        sys.stderr.write(f"fovea: {' '.join(str(error).split())}\n")
        sys.exit(1)
