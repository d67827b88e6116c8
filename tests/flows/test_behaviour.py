"""Behaviour: what chains do on their way, through the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from data.benchmarks.figures import Origin, score_rows
from data.catalog import query
from data.dialects import get_dialect
from data.dialects.places import center
from data.identity import Kind, entity_id
from data.sample import Sample
from data.space import Frame, Space
from data.store import Manifest, Store, StoreError
from data.trace import Answer, Mention, PlacedPoint, Step, Trace
from flows.cli import app
from tests.conftest import STUDENT, Maker, known_box

SETTINGS = {"student": STUDENT.model_dump(mode="json") | {"dialect": "vigorl"}}


class Chains:
    """A store with a teacher's traces, and what a careful and a careless student say to the same items."""

    def __init__(self, root: Path) -> None:
        self.store = Store.open(root)
        self.maker = Maker(self.store)
        self.taken = self.maker.ingest()
        self.generated = self.maker.generate(self.taken)
        self.samples = self.maker.samples("test")
        self.careful = self.answer("careful", self.look_twice, SETTINGS)
        self.careless = self.answer("careless", self.look_beside, SETTINGS)
        self.given = self.answer("given", self.look_beside, {})

    def look_twice(self, sample: Sample) -> Trace:
        """Sets a goal, looks elsewhere, turns back, and points at what it names."""
        point = replace(center(known_box(sample)), label=None)
        aside = PlacedPoint(2.0, 2.0, point.image_index)
        first, second = f"First, I need to find the {known_box(sample).label}", f"Wait. The {known_box(sample).label} is here"
        steps = (Step(first), Step("Something", (Mention(9, aside),)), Step(second, (Mention(len(second), point),)))
        return Trace(steps, Answer(sample.answer, (point,), (known_box(sample),)))

    def look_beside(self, sample: Sample) -> Trace:
        """Points at the corner and says that it is what is asked for."""
        said, corner = f"The {known_box(sample).label} is here", PlacedPoint(0.0, 0.0, known_box(sample).image_index)
        return Trace((Step(said, (Mention(len(said), corner),)),), Answer(sample.answer, (corner,), (known_box(sample),)))

    def answer(self, model: str, look: Any, settings: dict[str, Any]) -> Manifest:
        run_id = f"run_0{model}"
        rows = [self.row(run_id, model, sample, look(sample), protocol) for sample in self.samples for protocol in ("strict", "other")]
        names = (run_id, None, model, "scenes")
        version = self.taken.outputs["samples"].version_id
        with self.store.draft(stage="evaluate", stage_key=model, run_id=run_id) as draft:
            draft.add("predictions", rows)
            for protocol in ("strict", "other"):
                own = [row for row in rows if row["protocol"] == protocol]
                draft.add("scores", score_rows(own, Origin(*names, protocol, "grounded", settings, "prompt", version, True)))
            manifest = draft.publish()
        self.store.run(run_id).record(stage="evaluate", recipe="made", status="complete")
        return manifest

    def copy(self, source: Manifest, store: Store, *table_names: str) -> None:
        """Publish tables of a manifest in another store, as the run that made them."""
        store.run(source.run_id).record(stage=source.stage, recipe="made", status="complete")
        with store.draft(stage=source.stage, stage_key=" ".join(table_names), run_id=source.run_id) as draft:
            for name in table_names:
                draft.add(name, self.store.read(source.outputs[name]))
            draft.publish()

    def row(self, run_id: str, model: str, sample: Sample, trace: Trace, protocol: str) -> dict[str, Any]:
        names = {"run_id": run_id, "model": model, "benchmark": "scenes", "protocol": protocol, "mode": "grounded"}
        identity = entity_id(Kind.PREDICTION, run_id, protocol, sample.sample_id)
        text = get_dialect("vigorl").render(trace, self.frames(sample), sample.task)
        shown = {"prediction_id": identity, "sample_id": sample.sample_id, "text": text, "category": str(sample.task)}
        return names | shown | {"correct": model == "careful", "iou": None, "difficulty_band": None, "parse_error": None}

    def frames(self, sample: Sample) -> list[Frame]:
        sizes = {
            name: (image.width, image.height)
            for problem in self.maker.problems
            for name, image in zip(problem.sample().image_ids, problem.images, strict=True)
        }
        return [Frame(Space.pixels(*sizes[name]), Space.grid(1000)) for name in sample.image_ids]


@pytest.fixture(scope="module")
def chains(tmp_path_factory: pytest.TempPathFactory) -> Chains:
    return Chains(tmp_path_factory.mktemp("behaviour") / "store")


@pytest.fixture(autouse=True)
def _store(chains: Chains, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEA_STORE", str(chains.store.root))
    monkeypatch.delenv("COLUMNS", raising=False)


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["behaviour", *arguments])
    if done.exception:
        raise done.exception
    return done.output


def means(text: str) -> dict[str, list[str]]:
    """Mean, ends of the interval, count, and count of what is not known, by measure."""
    return {words[4]: words[5:] for words in lines(text)}


def lines(text: str) -> list[list[str]]:
    """The words of each line of the recipe."""
    return [words for words in map(str.split, text.splitlines()) if words[:1] == ["made"]]


def test_a_student_that_points_at_what_it_names_is_grounded(chains: Chains) -> None:
    count = str(len(chains.samples))
    found = means(said("careful"))
    assert found["grounding"] == ["1", "1", "1", count, "0"]
    assert found["accuracy"][0] == "1"
    assert (found["regions"][0], found["backtracks"][0]) == ("2", "1")


def test_one_that_points_elsewhere_is_not() -> None:
    found = means(said("careless"))
    assert (found["grounding"][0], found["regions"][0], found["accuracy"][0]) == ("0", "1", "0")


def test_every_answer_has_its_rows_once_whatever_judged_it(chains: Chains) -> None:
    version = said("careful").split()[-1]
    asked = f"select name, count(*), avg(value) from judgements where version_id = '{version}' group by all order by name"
    rows = query(chains.store, asked)[1]
    assert ("behaviour_grounding_step_3", len(chains.samples), 1.0) in rows
    assert {count for _, count, _ in rows} == {len(chains.samples)}


def test_rows_join_the_predictions_that_they_are_about(chains: Chains) -> None:
    said("careless")
    joined = "select count(*) from judgements j join predictions p on p.prediction_id = j.subject_id where p.model = 'careless'"
    assert query(chains.store, f"{joined} and j.name = 'behaviour_regions'")[1] == [(len(chains.samples),)]


def test_the_catalog_of_other_programs_has_what_was_counted(chains: Chains) -> None:
    (chains.store.root / "catalog.duckdb").unlink(missing_ok=True)
    version = said("careful", "--radius", "7").split()[-1]
    with duckdb.connect(str(chains.store.root / "catalog.duckdb"), read_only=True) as other:
        asked = f"select count(distinct subject_id) from judgements where version_id = '{version}'"
        assert other.execute(asked).fetchall() == [(len(chains.samples),)]


def test_what_was_counted_before_is_found_again(chains: Chains) -> None:
    first, second = said("careful").splitlines()[-1], said("run_0careful").splitlines()[-1]
    assert "written before" in second
    assert first.split()[-1] == second.split()[-1]


def test_another_radius_counts_anew() -> None:
    found = means(said("careful", "--radius", "1000"))
    assert found["regions"][0] == "1"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Another store, with nothing in it, which commands find."""
    store = Store.open(tmp_path / "bare")
    monkeypatch.setenv("FOVEA_STORE", str(store.root))
    return store


def test_chains_whose_samples_came_later_are_counted_anew(chains: Chains, bare: Store) -> None:
    chains.copy(chains.generated, bare, "traces")
    assert {words[-2] for words in lines(said("latest", "--traces"))} == {"0"}
    chains.copy(chains.taken, bare, "samples")
    assert "0" not in {words[-2] for words in lines(said("latest", "--traces")) if "regions" in words}
    assert "written before" in said("latest", "--traces")


def test_answers_whose_images_came_later_are_counted_anew(chains: Chains, bare: Store) -> None:
    count = str(len(chains.samples))
    chains.copy(chains.careful, bare, "predictions", "scores")
    chains.copy(chains.taken, bare, "samples")
    assert means(said("careful"))["regions"] == ["0", count]
    chains.copy(chains.taken, bare, "images")
    assert means(said("careful"))["regions"][-2:] == [count, "0"]
    assert "written before" in said("careful")


def test_a_judge_marks_what_phrases_count_and_is_held_against_them(chains: Chains) -> None:
    count = str(len(chains.samples))
    text = said("careful", "--judge", "embedded", "--set", "judge.samples=2")
    found = means(text)
    assert [found[f"judged_{name}"] for name in ("subgoals", "verifications", "backtracks")] == [
        ["0", "0", "0", count, "0"],
        ["0", "0", "0", count, "0"],
        ["1", "1", "1", count, "0"],
    ]
    agreed = {words[0]: words[1:] for words in map(str.split, text.splitlines()) if words[:1] in (["subgoals"], ["backtracks"])}
    assert agreed["backtracks"][:3] == ["1", "1", "1"]
    assert agreed["subgoals"][-1] == count
    again = said("careful", "--judge", "embedded/embedded-sight", "--set", "judge.samples=2", "--set", "judge.teacher.in_flight=1")
    assert again.splitlines()[-1].startswith(f"{3 * len(chains.samples)} rows of the judge, written before: ver_")
    assert query(chains.store, "select count(*) from requests where purpose = 'judge_behaviour'")[1] == [(2 * len(chains.samples),)]


@pytest.mark.parametrize("by", ["version", "run", "latest"])
def test_traces_are_counted_by_method(chains: Chains, by: str) -> None:
    version = chains.generated.outputs["traces"]
    arguments = {"version": [version.version_id[:12]], "run": [chains.generated.run_id], "latest": ["latest", "--traces"]}[by]
    found = lines(said(*arguments))
    assert {words[2] for words in found} <= {"direct", "rationalize"}
    assert {words[3] for words in found} == {"regions", "returns", "subgoals", "verifications", "backtracks", "grounding"}


def test_answers_that_do_not_say_how_they_were_asked_are_an_error_until_it_is_said() -> None:
    with pytest.raises(StoreError, match="no scores say how scenes was asked in the mode grounded; say the dialect and the space"):
        said("given")
    assert means(said("given", "--dialect", "vigorl", "--space", "grid:1000"))["grounding"][0] == "0"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["careful", "--dialect", "latin"], "dialect: .*latin"),
        (["careful", "--space", "inches"], "space: a space is pixel, resized, unit, thousandth or grid:N, not 'inches'"),
        (["careful", "--radius", "-1"], "radius: "),
        (["nobody"], "no model 'nobody' has answered anything"),
        (["run_nothing"], "no run 'run_nothing' has predictions"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], expected: str) -> None:
    with pytest.raises(StoreError, match=expected):
        said(*arguments)
