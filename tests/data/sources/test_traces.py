import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.sample import Role, Task
from data.sources.config import IngestConfig, TracesConfig
from data.sources.ingest import ingest
from data.sources.problem import Problem, Reason, Reject, SourceError
from data.sources.traces import read_traces
from data.store import Store
from data.tables import TABLES

CHAIN = "<think>\nThe red circle (12, 34) is at the left.\n</think>\n<answer>(12, 34)</answer>"
BOX_CHAIN = "<think>\nThe red circle (12, 34) is at the left.\n</think>\n<answer>(4, 30, 20, 40)</answer>"


def shared(**changes: Any) -> dict[str, Any]:
    """A ShareGPT row of one picture."""
    turns = [{"from": "human", "value": "<image>\nWhere is the red circle?"}, {"from": "gpt", "value": CHAIN}]
    return {"conversations": turns, "images": ["a.png"]} | changes


def flat(**changes: Any) -> dict[str, Any]:
    """A row of question and text."""
    return {"question": "Where is the red circle?", "text": CHAIN, "image": "a.png"} | changes


@pytest.fixture
def read(folder: Path) -> Callable[..., list[Problem | Reject]]:
    def _read(*rows: dict[str, Any], name: str = "chains.jsonl", **options: Any) -> list[Problem | Reject]:
        text = json.dumps(rows) if name.endswith(".json") else "\n".join(map(json.dumps, rows))
        (folder / name).write_text(text)
        config = {"path": folder / name, "dialect": "vigorl", "space": "pixel"} | options
        return list(read_traces(TracesConfig.model_validate(config), 1_000_000))

    return _read


def only(items: list[Problem | Reject]) -> Problem:
    [item] = items
    assert isinstance(item, Problem), item
    return item


@pytest.mark.parametrize("name", ["chains.jsonl", "chains.json"])
def test_a_sharegpt_conversation_becomes_a_sample_with_its_chain(read: Callable[..., list[Problem | Reject]], name: str) -> None:
    item = only(read(shared(), name=name))
    [chain] = item.chains
    assert (item.question, item.task, item.dataset) == ("Where is the red circle?", Task.POINT, "chains")
    assert [(point.x, point.y) for point in item.points] == [(12, 34)]
    assert chain.trace is not None
    assert [(mention.place.x, mention.place.y) for mention in chain.trace.mentions] == [(12, 34)]  # type: ignore[union-attr]


def test_messages_with_blocks_and_a_system_turn(read: Callable[..., list[Problem | Reject]]) -> None:
    blocks = [{"type": "image"}, {"type": "text", "text": "Where is the red circle?"}]
    turns = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": blocks},
        {"role": "assistant", "content": [{"type": "text", "text": CHAIN}]},
    ]
    item = only(read({"messages": turns, "images": ["a.png"]}))
    assert (item.question, item.chains[0].text) == ("Where is the red circle?", CHAIN)


def test_a_question_and_a_text_are_enough(read: Callable[..., list[Problem | Reject]]) -> None:
    assert only(read(flat(teacher="someone"))).chains[0].teacher == "someone"


def test_the_chain_answers_with_a_box(read: Callable[..., list[Problem | Reject]]) -> None:
    item = only(read(flat(text=BOX_CHAIN)))
    assert item.task is Task.BOX
    assert [(box.x1, box.y1, box.x2, box.y2, box.role) for box in item.boxes] == [(4, 30, 20, 40, Role.ANSWER)]


def test_the_turns_of_a_zoomed_chain_are_read_together(read: Callable[..., list[Problem | Reject]]) -> None:
    call = (
        '<think>\nPerhaps here.\n</think>\n<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [12, 30]}}\n</tool_call>'
    )
    said = [("human", "<image>\nWhere is the red circle?"), ("gpt", call), ("human", "<image>"), ("gpt", CHAIN)]
    turns = [{"from": role, "value": text} for role, text in said]
    item = only(read({"conversations": turns, "images": ["a.png", "b.png"]}, dialect="vigorl_zoom"))
    [chain] = item.chains
    assert (len(item.images), item.images[0].path) == (1, "a.png")
    assert chain.trace is not None
    assert [len(step.zooms) for step in chain.trace.steps] == [1, 0]
    assert chain.parse_error is None


def test_the_space_of_chains_is_converted(read: Callable[..., list[Problem | Reject]]) -> None:
    text = CHAIN.replace("(12, 34)", "(500, 250)")
    item = only(read(flat(text=text), space="thousandth"))
    assert [(point.x, point.y) for point in item.points] == [(32, 12)]
    assert item.source_space == "thousandth"


def test_the_known_answer_of_a_row_wins(read: Callable[..., list[Problem | Reject]]) -> None:
    item = only(read(flat(task="point", boxes=[[4, 30, 20, 40]])))
    assert item.points == ()
    assert [box.x2 for box in item.boxes] == [20]


def test_a_chain_that_does_not_parse_stays_where_the_answer_is_known(read: Callable[..., list[Problem | Reject]]) -> None:
    [chain] = only(read(flat(text="It is on the left.", task="point", boxes=[[4, 30, 20, 40]]))).chains
    assert chain.trace is None
    assert chain.parse_error
    assert chain.text == "It is on the left."


@pytest.mark.parametrize(
    ("row", "reason", "words"),
    [
        (flat(text="It is on the left.", task="point"), Reason.BAD_CHAIN, "and the row has no answer of its own"),
        (flat(text=None), Reason.MISSING_FIELD, "text is missing"),
        (flat(image="gone.png"), Reason.MISSING_IMAGE, "gone.png"),
        (flat(text=CHAIN.replace("(12, 34)", "(12, 340)")), Reason.OUTSIDE_IMAGE, "exceeds image 64x48"),
        (flat(task="fly"), Reason.UNKNOWN_TASK, "'fly'"),
        (flat(question="<image><image>Where?"), Reason.BAD_CHAIN, "2 times <image>, the row 1 images"),
        (shared(conversations=[]), Reason.BAD_CHAIN, "not nothing"),
        (shared(conversations="no"), Reason.WRONG_TYPE, "list of objects"),
        (shared(conversations=[{"from": "robot", "value": "x"}]), Reason.BAD_CHAIN, "'robot'"),
        (shared(conversations=[{"from": "gpt", "value": 3}]), Reason.BAD_CHAIN, "not 3"),
    ],
)
def test_a_bad_chain_is_a_reject_and_the_rest_goes_on(
    read: Callable[..., list[Problem | Reject]], row: dict[str, Any], reason: Reason, words: str
) -> None:
    reject, good = read(row, flat())
    assert isinstance(reject, Reject), reject
    assert (reject.locator, reject.reason) == ("chains.jsonl:1", reason)
    assert words in reject.detail
    assert isinstance(good, Problem)


def test_chains_are_published_as_imported_traces(folder: Path, tmp_path: Path) -> None:
    (folder / "chains.jsonl").write_text("\n".join(map(json.dumps, [flat(), flat(question="And now?")])))
    source = {"kind": "traces", "path": folder / "chains.jsonl", "dialect": "vigorl", "space": "pixel"}
    store = Store(tmp_path / "store")
    with store.draft(stage="ingest", stage_key="key", run_id="run_1") as draft:
        counts = ingest(IngestConfig.model_validate({"sources": [source]}), "run_1", draft)
        manifest = draft.publish()
    samples, traces = (store.read(manifest.outputs[name]).to_pylist() for name in ("samples", "traces"))
    assert counts.traces == len(traces) == 2
    assert {row["sample_id"] for row in traces} == {row["sample_id"] for row in samples}
    assert {row["method"] for row in traces} == {"imported"}
    assert set(traces[0]) >= set(TABLES["traces"].schema.names)


def test_several_chains_of_one_problem_are_candidates(folder: Path, tmp_path: Path) -> None:
    rows = [flat(task="point", boxes=[[4, 30, 20, 40]], text=text) for text in (CHAIN, CHAIN.replace("left", "right"), CHAIN)]
    (folder / "chains.jsonl").write_text("\n".join(map(json.dumps, rows)))
    source = {"kind": "traces", "path": folder / "chains.jsonl", "dialect": "vigorl", "space": "pixel"}
    store = Store(tmp_path / "store")
    with store.draft(stage="ingest", stage_key="key", run_id="run_1") as draft:
        counts = ingest(IngestConfig.model_validate({"sources": [source]}), "run_1", draft)
        manifest = draft.publish()
    assert (counts.samples, counts.traces, counts.rejects) == (1, 2, {Reason.DUPLICATE: 1})
    assert store.read(manifest.outputs["traces"]).column("candidate").to_pylist() == [0, 1]


def test_an_absent_file_is_one_error(folder: Path) -> None:
    config = TracesConfig(path=folder / "gone.jsonl", dialect="vigorl", space="pixel")
    with pytest.raises(SourceError, match="there is no file"):
        list(read_traces(config, 1_000_000))


def test_an_unknown_dialect_is_one_error(read: Callable[..., list[Problem | Reject]]) -> None:
    with pytest.raises(SourceError, match="'klingon'"):
        read(flat(), dialect="klingon")


def test_an_image_before_its_observation_is_what_the_observation_shows(read: Callable[..., list[Problem | Reject]]) -> None:
    call = (
        '<think>\nIt is small.\n</think>\n<tool_call>\n{"name": "search_coordinate", "arguments": {"coordinate": [12, 34]}}\n</tool_call>'
    )
    turns = [
        ("user", "<image>Where?"),
        ("assistant", call),
        ("user", "<image><observation>\nCloser.\n</observation>"),
        ("assistant", CHAIN),
    ]
    row = {"messages": [{"role": role, "content": text} for role, text in turns], "images": ["a.png", "a.png"]}
    [chain] = only(read(row, dialect="vigorl_zoom")).chains
    assert chain.parse_error is None
    assert chain.trace is not None
    assert [len(step.zooms) for step in chain.trace.steps] == [1, 0]
