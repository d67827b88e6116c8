from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from data.catalog import query
from data.identity import new_run_id
from data.rows import trace_from_row
from data.sample import Sample
from data.scoring import score_answer
from data.store import Store
from data.store.images import ImageReader
from data.tables import TABLES, arrow
from models.teacher.config import GenerateConfig
from models.teacher.generate import generate_traces
from models.teacher.method import Made
from tests.models.teacher.generating import store_scenes
from tests.models.teacher.tree.searching import RIGHT, SAMPLE, Scripted, generate, steps_before, wander

THOUGHT = "<think>The dog ({}, 9) is there.</think>"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def search(store: Store, samples: list[Sample], url: str, **tree: Any) -> Made:
    """What one run makes."""
    config = GenerateConfig.model_validate({"method": "tree", "teacher": {"temperature": 1.0}, "tree": tree})
    return generate_traces(store, store.run(new_run_id()), samples, ImageReader(store), config, url, None)


def calls(url: str) -> int:
    return int(httpx.get(f"{url}/fovea/calls").json()["calls"])


def test_a_node_is_a_row_with_its_own_step_and_a_rollout_one_with_its_own_steps() -> None:
    teacher = Scripted(lambda call: THOUGHT.format(100 * teacher.written) if steps_before(call) < 2 else RIGHT)
    rows = generate(teacher, simulations=1, children=1, rollouts=1).trees
    root, node, rollout = rows
    assert (root["kind"], root["depth"], root["parent_id"], root["visits"], root["request_ids"]) == ("root", 0, None, 1, [])
    assert (node["kind"], node["thought"], node["parent_id"], node["value"]) == ("thought", "The dog is there.", root["node_id"], 1.0)
    assert (node["mentions"][0]["x"], node["steps"], node["answer_points"]) == (100.0, None, None)
    assert (rollout["kind"], rollout["depth"], len(rollout["steps"]), rollout["reward"]) == ("rollout", 3, 1, 1.0)
    assert (rollout["answer_points"][0]["x"], rollout["terminal"], rollout["thought"]) == (500.0, True, None)
    assert rollout["text"] == f"{THOUGHT.format(200)}\n{RIGHT}"


def test_rows_are_those_of_the_table_and_unique_on_its_key() -> None:
    rows = generate(wander).trees
    assert arrow("trees", rows).num_rows == len({(row["tree_id"], row["node_id"]) for row in rows})
    assert all(row.keys() == set(TABLES["trees"].schema.names) for row in rows)
    known = {row["node_id"] for row in rows}
    assert [row["kind"] for row in rows if row["parent_id"] not in known] == ["root"]


def test_a_tree_names_every_call_that_was_made_for_it() -> None:
    teacher = Scripted(lambda call: None if len(teacher.asked) % 7 == 0 else wander(call))
    rows = generate(teacher).trees
    assert Counter(name for row in rows for name in row["request_ids"]) == Counter(call.request_id for call in teacher.asked)


def test_a_tree_that_fared_otherwise_has_another_id() -> None:
    first, again, other = generate(wander), generate(wander), generate(lambda call: RIGHT)
    assert first == again
    assert first.trees[0]["tree_id"] != other.trees[0]["tree_id"]


def test_a_sample_whose_answer_is_not_known_is_not_searched_and_a_row_says_so() -> None:
    teacher = Scripted(wander)
    made = generate(teacher, replace(SAMPLE, boxes=()))
    assert (teacher.asked, made.trees) == ([], [])
    assert [row["parse_error"] for row in made.traces] == ["nothing is known of the answer, which a search needs for its reward"]


def test_a_reward_can_be_the_outcome_in_place_of_right_or_wrong() -> None:
    boxes = replace(SAMPLE, task=SAMPLE.task.BOX)
    half = Scripted(lambda _: "<answer>(450, 450, 510, 550)</answer>")
    assert generate(half, boxes, simulations=1).trees[0]["value"] == 1.0
    assert generate(half, boxes, simulations=1, reward="outcome").trees[0]["value"] == pytest.approx(0.6)


def test_trees_of_scenes_hold_right_and_wrong_ways_and_are_asked_for_once(store: Store, teacher_url: str) -> None:
    samples, before = store_scenes(store, 4), calls(teacher_url)
    made = search(store, samples, teacher_url, simulations=4, same_point_px=4)
    asked = {name for row in made.trees for name in row["request_ids"]}
    assert calls(teacher_url) - before == len(asked) <= 4 * 4 * 33
    assert {row["reward"] for row in made.trees if row["kind"] == "rollout"} == {0.0, 1.0}
    assert {row["status"] for row in made.trees} <= {"ok", "duplicate"}
    assert Counter(row["kind"] for row in made.trees)["root"] == 4
    assert search(store, samples, teacher_url, simulations=4, same_point_px=4) == made
    assert calls(teacher_url) - before == len(asked)


def test_a_search_can_look_closer_on_its_way(store: Store, teacher_url: str) -> None:
    made = search(store, store_scenes(store, 2), teacher_url, simulations=1, zoom={})
    looks = [zoom for row in made.trees for zoom in row["zooms"] or ()]
    assert len(looks) > 2
    assert {row["reward"] for row in made.trees if row["kind"] == "rollout"} >= {1.0}
    assert {row["status"] for row in made.trees} <= {"ok", "duplicate"}


def test_trees_are_a_table_that_can_be_asked(store: Store) -> None:
    with store.draft(stage="generate", stage_key="k", run_id=new_run_id()) as draft:
        draft.add("trees", generate(wander).trees)
        draft.publish()
    kinds = query(store, "select kind, count(*) from trees group by kind order by kind")[1]
    assert {kind for kind, _ in kinds} == {"answer", "rollout", "root", "thought"}


def test_chains_come_of_the_tree_direct_ones_and_corrected_ones() -> None:
    made = generate(wander)
    taken = [row for row in made.traces if row["selected"]]
    assert {row["method"] for row in taken} == {"tree_direct", "tree_corrected"}
    in_trees = {name for row in made.trees for name in row["request_ids"]}
    assert all(set(row["request_ids"]) <= in_trees for row in made.traces)


def test_the_chains_of_scenes_are_read_back_and_right(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 4)
    made = search(store, samples, teacher_url, simulations=3, same_point_px=4)
    known = {sample.sample_id: sample for sample in samples}
    traces = [(known[row["sample_id"]], trace_from_row(row)) for row in made.traces if row["selected"]]
    assert len({sample.sample_id for sample, _ in traces}) > 2
    assert {score_answer(sample, trace.answer if trace else None).correct for sample, trace in traces} == {True}
