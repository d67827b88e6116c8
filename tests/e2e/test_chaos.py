"""A teacher that fails every other call, and a stage that is killed three times: what was asked, answered, paid for and written."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from data.catalog import query
from data.identity import new_run_id
from data.rows import sample_from_row, sample_to_row
from data.sources.config import ScenesConfig
from data.sources.scenes import read_scenes
from data.store import Store
from data.store.images import ImageReader
from flows.recipe import load_recipe
from models.teacher.generate import generate_traces
from models.teacher.loopback import start_embedded
from models.teacher.method import Made
from tests.e2e.house import PROJECT, House
from tests.e2e.stages import Stages, counts

pytestmark = pytest.mark.timeout(600)
Row = dict[str, Any]
KEY = "sk-chaos-0123456789abcdef"
VARIABLE = "CHAOS_KEY"
IN_FLIGHT = 6
FAILURES = (
    "429=0.02,429-seconds=0.01,429-date=0.01,500=0.06,503=0.05,drop=0.05,cut=0.04,truncated=0.04,malformed=0.03,stranger=0.03,"
    "no-choices=0.03,no-message=0.02,stall=0.01,stall-body=0.01,drip=0.01"
)
TREE = {"simulations": 2, "children": 2, "rollouts": 1, "max_depth": 3, "rollout_steps": 3}


@dataclass(frozen=True)
class Storm:
    """A stage, and what it goes through."""

    method: str
    samples: int
    kills: tuple[int, int, int]
    """Answers that the teacher has sent when the stage is killed."""
    chaos: str
    settings: Mapping[str, Any]

    @property
    def options(self) -> tuple[str, ...]:
        """Of the teacher."""
        return ("--chaos", self.chaos, "--latency", "0.1", "--require-key", VARIABLE)


STORMS = (
    Storm("direct", 24, (4, 8, 13), f"{FAILURES},outside=0.05,babble=0.04", {}),
    Storm("tree", 5, (5, 11, 18), FAILURES, {"tree": TREE}),
)


@dataclass(frozen=True)
class Outcome:
    """What a storm left behind."""

    house: House
    samples: int
    counted: Mapping[str, int]
    """What the teacher counted."""
    clean: Made
    """Of the same samples by a teacher without faults."""
    honest: Mapping[str, str]
    """What that teacher said, by the call."""
    said: str
    """All that the stages printed."""

    def made(self) -> Made:
        """What the stage published."""
        store = self.house.opened()
        traces, trees = (store.read(store.resolve(name)).to_pylist() if store.versions(name) else [] for name in ("traces", "trees"))
        return Made(traces, trees)

    def requests(self) -> list[Row]:
        """Every row that any of the runs wrote, superseded ones included."""
        store = self.house.opened()
        return [row for run_id in store.run_ids() for row in store.run(run_id).read("requests").to_pylist()]


@pytest.fixture(scope="module")
def stages(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    with Stages(house, tmp_path_factory.mktemp("stages") / "printed", {VARIABLE: KEY}) as started:
        yield started


@pytest.fixture(scope="module", params=STORMS, ids=[storm.method for storm in STORMS])
def outcome(request: pytest.FixtureRequest, house: House, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """A stage that was killed three times and then came to its end, all against one teacher."""
    storm: Storm = request.param
    folder = tmp_path_factory.mktemp(storm.method)
    store = Store.open(folder / "store")
    draw_samples(store, storm.samples)
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv(VARIABLE, KEY)
        url = stack.enter_context(start_embedded(*storm.options))
        given = overrides(url, method=storm.method, **storm.settings)
        for answers in storm.kills:
            stages.start(store.root, given)
            stages.kill_when(lambda least=answers: counts(url)["completed"] >= least)  # type: ignore[misc]
        stages.start(store.root, given)
        assert stages.wait() == 0, stages.said()[-2000:]
        clean = Store.open(folder / "clean")
        calm = make_clean(store, clean, given, stack.enter_context(start_embedded()))
        honest = {row["request_id"]: row["response"] for row in clean.requests()}
        yield Outcome(House(store.root, house.environment, house.api), storm.samples, counts(url), calm, honest, stages.said())


def draw_samples(store: Store, number: int) -> None:
    """Scenes as an ingest publishes them."""
    shares = {"point": 2.0, "box": 1.0, "choice": 1.0, "multi_image": 1.0}
    problems = list(read_scenes(ScenesConfig.model_validate({"count": number, "split": "train", "tasks": shares, "bands": {"easy": 1.0}})))
    images = {image.image_id: image for problem in problems for image in problem.images}
    with store.draft(stage="ingest", stage_key="drawn", run_id=new_run_id()) as draft:
        draft.add("samples", [sample_to_row(problem.sample()) for problem in problems])
        sizes = {name: {"width": image.width, "height": image.height} for name, image in images.items()}
        draft.add("images", [{"image_id": name, "bytes": image.stored, **sizes[name]} for name, image in images.items()])
        draft.publish()


def overrides(url: str, **generate: Any) -> Row:
    teacher = {"provider": "chaos", "base_url": url, "key_variable": VARIABLE, "in_flight": IN_FLIGHT, "attempts": 4, "timeout_s": 1.5}
    return {"generate": {"teacher": teacher, **generate}}


def make_clean(store: Store, clean: Store, given: Row, url: str) -> Made:
    """What is made of the same samples and settings, in a store of their own."""
    samples = [sample_from_row(row) for row in store.read(store.resolve("samples")).to_pylist()]
    config = load_recipe("smoke", given).generate
    return generate_traces(clean, clean.run(new_run_id()), samples, ImageReader(store), config, url, None)


def question() -> str:
    """The documented question of what became of every sample."""
    section = (PROJECT / "docs" / "queries.md").read_text().partition("## What became of every sample?")[2]
    return section.partition("```sql\n")[2].partition("```")[0]


def test_no_sample_vanishes(outcome: Outcome) -> None:
    names, rows = query(outcome.house.opened(), question())
    became = [dict(zip(names, row, strict=True)) for row in rows]
    assert sum(row["samples"] for row in became) == outcome.samples
    assert "never asked" not in {row["became"] for row in became}
    assert all(row["why"] for row in became if row["became"] != "readable traces")


def test_no_durable_answer_is_asked_for_again(outcome: Outcome) -> None:
    rows = outcome.requests()
    answered = [row["request_id"] for row in rows if row["status"] == "ok"]
    in_flight = 3 * IN_FLIGHT
    assert len(answered) == len(set(answered))
    assert outcome.counted["repeated"] <= in_flight
    failed_by_the_server = outcome.counted["calls"] - outcome.counted["completed"]
    assert outcome.counted["calls"] <= len(answered) + failed_by_the_server + in_flight
    assert sum(row["attempts"] for row in rows) <= outcome.counted["calls"]


def test_samples_that_met_honest_answers_are_as_by_a_calm_teacher(outcome: Outcome) -> None:
    last = {row["request_id"]: row for row in outcome.requests()}
    touched = {row["sample_id"] for name, row in last.items() if outcome.honest.get(name) != row["response"]}
    made, clean = (ids(one, touched) for one in (outcome.made(), outcome.clean))
    assert made == clean
    assert made


def ids(made: Made, touched: set[str]) -> set[str]:
    """Traces and nodes of samples that were not touched."""
    return {row.get("trace_id") or row["node_id"] for row in (*made.traces, *made.trees) if row["sample_id"] not in touched}


def test_the_key_is_found_nowhere(outcome: Outcome) -> None:
    home = Path(outcome.house.environment["PREFECT_HOME"])
    files = [path for root in (outcome.house.store, home) for path in root.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
    assert KEY not in outcome.said
    assert "[key]" in " ".join(error for row in outcome.requests() for error in row["attempt_errors"])


def test_a_spent_budget_ends_the_stage_well_and_a_higher_one_goes_on(stages: Stages, house: House, tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store")
    draw_samples(store, 12)
    with start_embedded() as url:
        published = []
        for cap in (5, 100):
            stages.start(store.root, overrides(url, budget={"calls": cap}))
            assert stages.wait() == 0, stages.said()[-2000:]
            published.append((counts(url)["calls"], store.resolve("traces").rows))
    assert published == [(5, 5), (12, 12)]
    notes = query(store, "select note from runs where stage = 'generate' order by run_id")[1]
    assert "the budget (calls 5) is spent and 7 samples are unfinished" in str(notes[0])
    assert notes[1] == (None,)
