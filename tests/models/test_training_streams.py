"""Streams: what a step draws, and under which prompts it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.sample import Role, Sample, Task
from data.store import Store
from data.store.images import ImageReader
from data.trace import PlacedBox
from models.student.config import StudentConfig
from models.training.config import ReinforceConfig, StreamsConfig
from models.training.errors import TrainingError
from models.training.pool import Pool
from models.training.rollout import Stream
from models.training.samplers import Candidates, Sampler, make_sampler
from models.training.streams import STREAMS, Bundle, Ground, Streams, make_streams
from models.training.streams.dual import mix

STUDENT = StudentConfig(dialect="ivgr", prompt="instructed")


@pytest.fixture
def images(tmp_path: Path) -> ImageReader:
    return ImageReader(Store.open(tmp_path), None)


def sample(name: str, *boxes: PlacedBox) -> Sample:
    return Sample(name, "made", "train", Task.TEXT, (), f"What is {name}?", answer="left", boxes=boxes)


def ground(images: ImageReader, groups: int = 6, boxed: int = 8, others: int = 8, **config: Any) -> Ground:
    samples = [sample(f"box_{number}", PlacedBox(0, 0, 9, 9, role=Role.EVIDENCE)) for number in range(boxed)]
    pool = Pool([*samples, *(sample(f"text_{number}") for number in range(others))], images, STUDENT)

    def sampler(sample_ids: Sequence[str]) -> Sampler:
        return make_sampler("uniform", Candidates(sample_ids), 0, {})

    return Ground(StreamsConfig.model_validate({"name": "dual", "share": 0.7} | config), groups, pool, STUDENT, sampler)


def ids(bundles: Sequence[Bundle]) -> list[list[str]]:
    return [[one.draw.sample_id for one in bundle] for bundle in bundles]


def test_of_512_groups_nine_tenths_are_230_pairs_and_52_singles() -> None:
    assert mix(512, 0.9) == (230, 52)


@given(st.integers(1, 600), st.floats(0.01, 1))
def test_pairs_and_singles_fill_a_step(groups: int, share: float) -> None:
    pairs, singles = mix(groups, share)
    assert 2 * pairs + singles == groups
    assert 2 * pairs <= groups * share


def test_a_sample_with_boxes_is_shown_twice_side_by_side_and_any_other_once(images: ImageReader) -> None:
    bundles = make_streams(ground(images)).draw(1)
    assert [[one.stream for one in bundle] for bundle in bundles] == [[Stream.GROUNDED, Stream.TEXTUAL]] * 2 + [[Stream.SINGLE]] * 2
    assert [[one.dialect for one in bundle] for bundle in bundles] == [["ivgr", "textual"]] * 2 + [["textual"]] * 2
    assert all(len(set(names)) == 1 for names in ids(bundles))
    assert [name.split("_")[0] for (name, *_) in ids(bundles)] == ["box", "box", "text", "text"]


def test_streams_of_one_sample_ask_for_different_things(images: ImageReader) -> None:
    grounded, textual = make_streams(ground(images)).draw(1)[0]
    assert "<box>" in grounded.text
    assert "<box>" not in textual.text


def test_a_stream_may_have_its_own_dialect_and_prompt(images: ImageReader) -> None:
    bundles = make_streams(ground(images, grounded={"dialect": "vigorl"}, single={"prompt": "terse"})).draw(1)
    assert (bundles[0][0].dialect, bundles[-1][0].text) == ("vigorl", bundles[-1][0].sample.question)


def test_a_pair_is_replaced_by_a_pair_and_a_single_by_a_single(images: ImageReader) -> None:
    streams = make_streams(ground(images))
    first = streams.draw(1)
    drawn = frozenset(name for names in ids(first) for name in names)
    second = streams.replace([first[-1], first[0]], 1, drawn)
    assert [len(bundle) for bundle in second] == [1, 2]
    assert not drawn & {name for names in ids(second) for name in names}


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_a_restored_state_draws_what_would_have_been_drawn(images: ImageReader, name: str) -> None:
    whole, resumed = make_streams(ground(images, name=name)), make_streams(ground(images, name=name))
    whole.draw(1)
    resumed.load_state_dict(whole.state_dict())
    assert ids(whole.draw(2)) == ids(resumed.draw(2))
    with pytest.raises(TrainingError, match="keys"):
        resumed.load_state_dict({"other": 1})


def test_each_kind_has_its_own_sampler(images: ImageReader) -> None:
    streams: Streams = make_streams(ground(images))
    streams.draw(1)
    assert streams.metrics() == {"pairs/sampler/epoch": 2 / 8, "singles/sampler/epoch": 2 / 8}


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        ({"boxed": 0}, "are 2 pairs and 2 singles, but none of 8 samples has boxes"),
        ({"others": 0}, "are 2 pairs and 2 singles, but all of 8 samples have boxes; a share of 1"),
        ({"name": "triple"}, "no streams 'triple'; there are dual, single"),
    ],
)
def test_what_a_mix_needs_and_is_not_there_is_named(images: ImageReader, kinds: dict[str, Any], reason: str) -> None:
    with pytest.raises(TrainingError, match=reason):
        make_streams(ground(images, **kinds))


def test_a_share_of_one_draws_pairs_alone(images: ImageReader) -> None:
    assert [len(bundle) for bundle in make_streams(ground(images, others=0, share=1.0)).draw(1)] == [2, 2, 2]


def test_a_stream_without_rewards_has_those_of_the_section() -> None:
    config = ReinforceConfig.model_validate({"steps": 1, "streams": {"name": "dual", "textual": {"rewards": {"format": 2.0}}}})
    assert {name: reward.weight for name, reward in config.rewards_of("textual").items()} == {"format": 2.0}
    assert config.rewards_of("grounded") == config.rewards
