from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from data.identity import new_run_id
from data.sample import Sample
from data.store import Store
from data.store.images import ImageReader
from models.teacher.config import GenerateConfig
from models.teacher.errors import TeacherUnreachableError
from models.teacher.generate import generate_traces
from models.teacher.method import Made
from models.teacher.session import shared_session
from tests.models.teacher.chaos import chaotic_teacher
from tests.models.teacher.generating import store_scenes


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def generate_in_shards(store: Store, samples: list[Sample], url: str, shards: int, **config: object) -> list[Made]:
    """What the shards of one run make, each in a thread, as Prefect runs them."""
    settings = GenerateConfig.model_validate(config)
    run, images = store.run(new_run_id()), ImageReader(store)

    def shard(number: int) -> Made:
        return generate_traces(store, run, samples[number::shards], images, settings, url, None)

    with shared_session(store, run, images, settings, url, None), ThreadPoolExecutor(shards) as pool:
        return list(pool.map(shard, range(shards)))


def test_shards_of_one_process_share_the_calls_in_flight(store: Store) -> None:
    samples = store_scenes(store, 24)
    with chaotic_teacher() as chaos:
        chaos.delay_s = 0.02
        generate_in_shards(store, samples, chaos.url, 4, teacher={"in_flight": 3})
    assert chaos.most_at_once == 3


def test_shards_of_one_process_share_the_budget_and_say_which_samples_it_left(store: Store) -> None:
    samples = store_scenes(store, 24)
    with chaotic_teacher() as chaos:
        made = Made.together(generate_in_shards(store, samples, chaos.url, 4, budget={"calls": 10}, candidates=2))
    done = Counter(row["sample_id"] for row in made.traces)
    assert (len(chaos.calls), sum(done.values())) == (10, 10)
    assert sorted(set(made.unfinished)) == sorted(sample.sample_id for sample in samples if done[sample.sample_id] < 2)
    assert list(done.values()).count(1) <= 1


def test_what_the_budget_left_is_asked_with_a_higher_one_and_nothing_else(store: Store) -> None:
    samples = store_scenes(store, 12)
    with chaotic_teacher() as chaos:
        for cap in (5, 20):
            made = Made.together(generate_in_shards(store, samples, chaos.url, 2, budget={"calls": cap}))
    assert (len(chaos.calls), len(made.traces), made.unfinished) == (12, 12, [])


def test_a_session_ends_with_its_last_user_and_leaves_no_thread(store: Store) -> None:
    samples = store_scenes(store, 2)
    with chaotic_teacher() as chaos:
        generate_in_shards(store, samples, chaos.url, 2)
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("teacher of")]


def test_a_session_that_does_not_open_leaves_nothing_behind(store: Store) -> None:
    run, images, config = store.run(new_run_id()), ImageReader(store), GenerateConfig()
    for _ in range(2):
        with (
            pytest.raises(TeacherUnreachableError, match="no base URL"),
            shared_session(store, run, images, config, None, None),
        ):
            pass
