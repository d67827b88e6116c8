"""Score: any model's outputs by any protocol, from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from data.benchmarks.lines.form import read_line
from data.benchmarks.protocols import PROTOCOLS, rule
from data.catalog import query
from data.store import Store
from flows.cli import app
from flows.errors import OutputError, ScoringError

EXAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "methods" / "protocol_examples"
FILES = {"rec-vlmr1": "vlmr1_rec.jsonl", "treebench": "treevgr_treebench.jsonl"}
MAIN = [sys.executable, "-c", "from flows.cli import main; main()"]
BOX = {"task": "box", "space": "pixel", "image_size": [640, 480], "target": {"boxes": [[100, 200, 300, 400]]}}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("FOVEA_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("COLUMNS", raising=False)
    return Store.open(tmp_path / "store")


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """A right box, two of them, one that cannot be read, and two lines that are none."""
    answers = ["(100, 200, 300, 400)", "(100, 200, 300, 400); (1, 1, 2, 2)", "left \ud800"]
    said = [{"id": f"l{n}", "prediction": f"<think></think><answer>{text}</answer>", **BOX} for n, text in enumerate(answers)]
    said[0] |= {"category": "cups", "sample_id": "smp_1", "difficulty_band": "easy"}
    rows = [*map(json.dumps, said), "{", json.dumps({"id": "l4", "prediction": 5, **BOX})]
    path = tmp_path / "outputs.jsonl"
    path.write_text("\n".join(rows) + "\n")
    return path


def scored(*arguments: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["score", *map(str, arguments)], input=given)


def out(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_has_a_line_and_refused_ones_an_error(outputs: Path) -> None:
    done = scored("strict", outputs)
    lines = out(done.stdout)
    assert [line["id"] for line in lines] == ["l0", "l1", "l2", 4, "l4"]
    assert lines[0] == {"id": "l0", "scores": {**lines[0]["scores"], "correct": 1, "iou": 1.0}, "reason": None}
    assert lines[1]["reason"] == "ambiguous: 2 answers where one box is asked"
    assert (lines[4]["scores"], lines[4]["error"][:40]) == (None, "prediction should be a text, not 5; ther")
    assert done.exit_code == 1


def test_a_person_is_told_beside_the_output(outputs: Path) -> None:
    told = scored("strict", outputs).stderr.splitlines()
    assert told[0].startswith("fovea: line 4: the line should be a JSON object, and is no JSON: ")
    assert told[1].startswith("fovea: line 5 (id 'l4'): prediction should be a text, not 5")
    assert told[2:] == [
        "fovea: 3 lines scored by strict, 2 refused",
        "fovea: means: correct 0.3333, iou 0.3333, parsed 0.3333, format 0.3333, ambiguous 0.3333, inverted 0, clamped 0",
        "fovea: reasons: ambiguous 1, the answer should be one box 1",
    ]


def test_the_standard_input_is_read_and_a_file_is_written_whole(outputs: Path, tmp_path: Path) -> None:
    good = "".join(outputs.read_text().splitlines(keepends=True)[:3])
    path = tmp_path / "scored.jsonl"
    done = scored("strict", "-", "--out", path, "--processes", "2", given=good)
    assert (done.exit_code, done.stdout) == (0, "")
    assert path.read_text() == scored("strict", "-", given=good).stdout


def test_what_a_model_wrote_is_not_overwritten_by_its_scores(outputs: Path) -> None:
    before = outputs.read_text()
    with pytest.raises(ScoringError, match="is the file that is read; name another one to write"):
        CliRunner().invoke(app, ["score", "strict", str(outputs), "--out", str(outputs)], catch_exceptions=False)
    assert outputs.read_text() == before


def test_ids_that_stand_twice_are_told(store: Store, tmp_path: Path) -> None:
    line = json.dumps({"id": "q0", "prediction": "<think></think><answer>(1, 2, 3, 4)</answer>", **BOX})
    (tmp_path / "twice.jsonl").write_text(f"{line}\n{line}\n")
    done = scored("strict", tmp_path / "twice.jsonl", "--store")
    assert "fovea: 1 ids stand on several lines, each of which counts: q0" in done.stderr


def test_answers_that_one_protocol_after_another_judged_are_disputed_together(store: Store, tmp_path: Path) -> None:
    line = {"id": "q0", "prediction": "<think>(0,0),(50,50)</think><answer>(100,100),(300,300)</answer>"}
    asked = {"dialect": "univg", "task": "box", "space": "thousandth", "image_size": [1000, 1000]}
    strictly = line | asked | {"target": {"boxes": [[100, 100, 300, 300]], "task": "region"}}
    published = line | {"target": {"answer": [100, 100, 300, 300], "task": "region"}}
    for model, protocol, said in (("a", "strict", strictly), ("b", "mig-bench-univg", published)):
        (tmp_path / "said.jsonl").write_text(json.dumps(said) + "\n")
        scored(protocol, tmp_path / "said.jsonl", "--store", "--model", model, "--benchmark", "mine")
    assert "1 items are judged by strict alone" in CliRunner().invoke(app, ["disputes", "a"]).stdout
    both = CliRunner().invoke(app, ["disputes", "a", "b"]).stdout
    assert "1 of 1 items are judged differently by mig-bench-univg, strict" in both
    assert query(store, "select category from predictions")[1] == [("region",)] * 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing", "x.jsonl"], "there is no protocol 'nothing'; there are .*mig-bench-univg.*strict"),
        (["strict", "x.jsonl"], "x.jsonl should be a file of lines, and is not there"),
        (["strict", "x" * 300], "should be a file of lines, and is not there"),
        (["strict", "."], "should be a file of lines, and is a folder"),
    ],
)
def test_a_mistake_is_a_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(ScoringError, match=sentence):
        raise scored(*arguments).exception or AssertionError("nothing was wrong")


@pytest.mark.parametrize(("place", "sentence"), [("", "it is a folder"), ("outputs.jsonl/out", "outputs.jsonl is a file and no folder")])
def test_a_place_where_no_file_can_be_written_is_a_sentence(outputs: Path, place: str, sentence: str) -> None:
    with pytest.raises(OutputError, match=f"cannot be written: .*{sentence}"):
        raise scored("strict", outputs, "--out", outputs.parent / place).exception or AssertionError("nothing was wrong")
    assert [path.name for path in outputs.parent.iterdir()] == ["outputs.jsonl"]


def test_nothing_but_lines_reaches_a_pipe_and_a_closed_one_ends_it_quietly(outputs: Path) -> None:
    good = outputs.read_text().splitlines()[0]
    command = subprocess.Popen([*MAIN, "score", "strict", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdin is not None
    assert command.stdout is not None
    command.stdout.close()
    _, told = command.communicate(f"{good}\n".encode() * 2_000)
    assert b"Traceback" not in told


def test_answers_are_kept_under_their_names(outputs: Path, store: Store) -> None:
    told = scored("strict", outputs, "--store", "--model", "mine", "--benchmark", "cups", "--mode", "grounded").stderr
    rows = [dict(zip(("text", "correct", "iou", "error", "category", "sample"), row, strict=True)) for row in query(store, KEPT)[1]]
    assert [row["correct"] for row in rows] == [True, False, False]
    assert (rows[0]["iou"], rows[0]["category"], rows[0]["sample"]) == (1.0, "cups", "smp_1")
    assert (rows[1]["error"], rows[2]["text"]) == (
        "ambiguous: 2 answers where one box is asked",
        r"<think></think><answer>left \ud800</answer>",
    )
    assert "fovea: kept by run_" in told


KEPT = """select text, correct, iou, parse_error, category, sample_id from predictions
    where (model, benchmark, protocol, mode) = ('mine', 'cups', 'strict', 'grounded') order by iou desc, text"""


def test_what_was_read_is_kept_and_a_number_is_a_score(outputs: Path, store: Store) -> None:
    scored("strict", outputs, "--store")
    (row,) = query(store, "select boxes, scores, detail, model, benchmark, mode from predictions where correct")[1]
    assert (row[0][0]["x1"], row[0][0]["y2"]) == (100.0, 400.0)
    assert (row[1]["iou"], json.loads(row[2])["iou"]) == (1.0, 1.0)
    assert row[3:] == ("outputs", "strict", "given")


def test_figures_are_kept_by_category(outputs: Path, store: Store) -> None:
    scored("strict", outputs, "--store")
    found = query(store, "select category, value, n, verified from scores where metric = 'accuracy' order by category")[1]
    assert ("cups", 1.0, 1, False) in found
    assert ("cups/easy", 1.0, 1, False) in found


def test_refused_lines_are_rejects_and_the_run_is_told(outputs: Path, store: Store) -> None:
    scored("strict", outputs, "--store")
    assert query(store, "select locator, reason from rejects order by locator")[1] == [
        ("outputs.jsonl:4", "bad_json"),
        ("outputs.jsonl:5", "no_line"),
    ]
    (run,) = query(store, "select stage, status, config from runs")[1]
    assert (run[:2], json.loads(run[2])["protocol"]) == (("score", "complete"), "strict")


def test_the_catalog_of_other_programs_has_what_was_kept(outputs: Path, store: Store) -> None:
    scored("strict", outputs, "--store")
    with duckdb.connect(str(store.root / "catalog.duckdb"), read_only=True) as other:
        assert other.execute("select count(*) from predictions").fetchall() == [(3,)]


def test_the_same_answers_are_kept_once(outputs: Path, store: Store) -> None:
    first = scored("strict", outputs, "--store")
    again = scored("strict", "-", "--store", "--model", "outputs", given=outputs.read_text())
    assert "kept before by run_" in again.stderr
    assert again.stdout == first.stdout
    assert query(store, "select count(*), count(distinct run_id) from predictions")[1] == [(3, 1)]
    scored("strict", outputs, "--store", "--model", "other")
    assert query(store, "select count(*), count(distinct run_id) from predictions")[1] == [(6, 2)]


def test_no_lines_keep_nothing_and_are_no_mistake(store: Store) -> None:
    assert scored("strict", "-", "--store", given="\n").exit_code == 0
    assert query(store, "select count(*) from predictions")[1] == [(0,)]


def test_every_protocol_is_listed_with_what_a_line_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    said = CliRunner().invoke(app, ["protocols"]).output
    for name, scorer in PROTOCOLS.items():
        line = next(line for line in said.splitlines() if line.split()[:1] == [name])
        assert scorer.source in line
        assert all(field in line for field in scorer.fields)


@pytest.mark.parametrize("name", sorted(set(PROTOCOLS) - {"strict"}))
def test_examples_are_scored_as_the_protocol_scores_them(name: str) -> None:
    path = EXAMPLES / FILES.get(name, f"{name.replace('-', '_')}.jsonl")
    if not path.exists():
        pytest.skip(f"there are no examples of {name}: {path} is not there")
    done = scored(name, path)
    rulings = [rule(PROTOCOLS[name], read_line(line)) for line in path.read_bytes().splitlines()]
    assert [(line["scores"], line["reason"]) for line in out(done.stdout)] == [(ruling.scores, ruling.reason) for ruling in rulings]
    assert done.exit_code == 0


def test_two_scored_files_are_compared_by_what_their_lines_are_called(tmp_path: Path, store: Store) -> None:
    for model, box in (("old", "(0, 0, 9, 9)"), ("new", "(100, 200, 300, 400)")):
        path = tmp_path / f"{model}.jsonl"
        path.write_text(json.dumps({"id": "q1", "prediction": f"<think></think><answer>{box}</answer>", **BOX}))
        scored("strict", path, "--store")
    done = CliRunner().invoke(app, ["compare", "old", "new"])
    assert done.exit_code == 0, done.output
    assert "q1" in done.stdout
    assert "gained" in done.stdout
