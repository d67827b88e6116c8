from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from data.identity import new_run_id
from data.sample import Sample
from data.store import Store
from data.store.images import ImageReader
from models.teacher.config import GenerateConfig
from models.teacher.generate import generate_traces
from models.teacher.method import Made
from models.teacher.pick import read_pick
from tests.models.teacher.chaos import Chaos, chaotic_teacher
from tests.models.teacher.generating import store_scenes

RIGHT, WRONG = ("<think>\nIt is at ({x}, {y}).\n</think>\n<answer>({x}, {y})</answer>", "<think>\nNo.\n</think>\n<answer>(0, 0)</answer>")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def made(store: Store, samples: Sequence[Sample], url: str, **config: Any) -> Made:
    settings = GenerateConfig.model_validate({"method": "rationalize", "candidates": 3} | config)
    return generate_traces(store, store.run(new_run_id()), samples, ImageReader(store), settings, url, None)


def point_scene(store: Store) -> tuple[Sample, str]:
    """A problem whose answer is a point, and an explanation that ends in it."""
    sample = next(one for one in store_scenes(store, 20) if one.task == "point")
    (box,) = sample.answer_boxes
    return sample, RIGHT.format(x=int((box.x1 + box.x2) / 2), y=int((box.y1 + box.y2) / 2))


def picked_of(store: Store, *replies: str) -> tuple[Made, Chaos]:
    """Three explanations (``right`` and ``wrong``) and what came after, one call after another."""
    sample, right = point_scene(store)
    script = [{"right": right, "wrong": WRONG}.get(reply, reply) for reply in replies]
    with chaotic_teacher(*script) as chaos:
        return made(store, [sample], chaos.url, teacher={"in_flight": 1}), chaos


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("<pick>2</pick>", 1),
        ("The second.\n<pick> 2 </pick>", 1),
        ("<pick>3</pick> or rather <pick>3</pick>", 2),
        ("<pick>1</pick><pick>2</pick>", None),
        ("<pick>4</pick>", None),
        ("<pick>0</pick>", None),
        ("2", None),
        ("", None),
    ],
)
def test_a_pick_is_read_where_it_names_one_chain_that_is_there(text: str, index: int | None) -> None:
    pick = read_pick(text, 3)
    assert (pick.index, pick.error is None) == (index, index is not None)


def test_exactly_one_chain_of_every_sample_is_selected_and_all_are_kept(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 20)
    rows = made(store, samples, teacher_url).traces
    assert [row["candidate"] for row in rows] == [0, 1, 2] * 20
    assert Counter(row["sample_id"] for row in rows if row["selected"]) == Counter(sample.sample_id for sample in samples)


def test_the_pick_is_a_call_and_a_judgement_of_every_chain_that_took_part(store: Store, teacher_url: str) -> None:
    found = made(store, store_scenes(store, 12), teacher_url)
    calls = {row["request_id"]: row for row in store.requests() if row["purpose"] == "pick"}
    selected = {row["trace_id"] for row in found.traces if row["selected"]}
    assert {row["subject_id"] for row in found.judgements if row["value"] == 1} <= selected
    assert Counter(row["value"] for row in found.judgements)[0] >= 2 * 10
    assert {name for row in found.judgements for name in row["request_ids"]} == set(calls)


def test_the_teacher_is_shown_every_chain_by_its_number(store: Store) -> None:
    found, chaos = picked_of(store, "right", "right", "right", "<pick>3</pick>")
    asked = chaos.calls[-1]["messages"][0]["content"][-1]["text"]
    assert [asked.count(f"Explanation {number}:\n<think>") for number in (1, 2, 3, 4)] == [1, 1, 1, 0]
    assert [row["selected"] for row in found.traces] == [False, False, True]
    assert [(row["name"], row["value"], row["error"]) for row in found.judgements] == [("pick", value, None) for value in (0, 0, 1)]


def test_chains_that_are_wrong_or_unreadable_take_no_part(store: Store) -> None:
    found, chaos = picked_of(store, "wrong", "right", "right", "<pick>2</pick>")
    assert "Explanation 3" not in chaos.calls[-1]["messages"][0]["content"][-1]["text"]
    assert [row["selected"] for row in found.traces] == [False, False, True]
    assert [row["subject_id"] for row in found.judgements] == [row["trace_id"] for row in found.traces[1:]]


def test_a_pick_that_cannot_be_read_is_asked_for_again(store: Store) -> None:
    found, _ = picked_of(store, "right", "right", "right", "<none>", "<pick>2</pick>")
    asked = [row["sample_index"] for row in store.requests() if row["purpose"] == "pick"]
    assert (asked, [row["selected"] for row in found.traces]) == ([0, 1], [False, True, False])
    assert {len(row["request_ids"]) for row in found.judgements} == {2}


def test_without_a_pick_that_can_be_read_the_first_is_taken_and_the_judgements_say_so(store: Store) -> None:
    found, chaos = picked_of(store, "wrong", "right", "right", *["<none>"] * 9)
    assert (len(chaos.calls), [row["selected"] for row in found.traces]) == (6, [False, True, False])
    assert {(row["value"], row["error"]) for row in found.judgements} == {(None, "the reply holds no picks: '<none>'")}


def test_a_pick_whose_call_fails_is_not_asked_for_again(store: Store) -> None:
    found, chaos = picked_of(store, "right", "right", "right", "400")
    assert (len(chaos.calls), [row["selected"] for row in found.traces]) == (4, [True, False, False])
    assert all("not answered" in row["error"] for row in found.judgements)


@pytest.mark.parametrize("replies", [("wrong", "right", "wrong"), ("wrong", "wrong", "wrong")])
def test_where_there_is_nothing_to_choose_nobody_is_asked(store: Store, replies: tuple[str, ...]) -> None:
    found, chaos = picked_of(store, *replies)
    assert (len(chaos.calls), found.judgements) == (3, [])
    assert [row["selected"] for row in found.traces].index(True) == (replies.index("right") if "right" in replies else 0)


def test_without_picking_all_chains_stay_selected(store: Store, teacher_url: str) -> None:
    found = made(store, store_scenes(store, 2), teacher_url, rationalize={"pick": False})
    assert ([row["selected"] for row in found.traces], found.judgements) == ([True] * 6, [])


def test_a_run_of_what_was_picked_asks_nothing_and_picks_the_same(store: Store, teacher_url: str) -> None:
    samples = store_scenes(store, 6)
    first, before = made(store, samples, teacher_url), len(list(store.requests()))
    assert made(store, samples, teacher_url) == first
    assert len(list(store.requests())) == before
