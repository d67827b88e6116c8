"""Each plugin breaks the part that it names, and nothing else."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.cropping import ZoomConfig, crop_image
from data.sample import Task
from data.store import RunFolder, Store
from data.store.images import ImageReader
from data.trace import PlacedPoint
from models.student import crops
from models.training.advantages import Scale
from models.training.arbiter import open_arbiter
from models.training.archive import Archive
from models.training.config import ReinforceConfig
from models.training.hearing import Hearing
from models.training.judge import Judge, JudgedGroup
from models.training.rollout import Group, Stream
from models.training.samplers import base, make_sampler
from models.training.samplers.base import Candidates
from tests.models.rollouts import make_group, make_sample

ANSWERS = ("left", "right")
THINGS = ("red cup", "blue dog")
WORDS = dict.fromkeys(("format", "consistency"), 1.0)
DUAL = ReinforceConfig.model_validate(
    {
        "steps": 1,
        "streams": {"name": "dual", "textual": {"rewards": WORDS}, "grounded": {"rewards": {"format": 1.0, "dual_iou": 1.0}}},
        "judge": {"strategy": "offline"},
    }
)
WEIGHTED = ReinforceConfig.model_validate({"steps": 1, "weight": {"name": "exp"}, "rewards": {"outcome": 1.0}})
Break = Callable[[str], None]


@pytest.fixture
def break_with(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Loads a plugin, for this test alone."""
    monkeypatch.setattr(base, "SAMPLERS", dict(base.SAMPLERS))
    for owner, name in ((Judge, "questions"), (Judge, "judge"), (Judge, "together"), (crops, "crop_image")):
        monkeypatch.setattr(owner, name, getattr(owner, name))

    def load(plugin: str) -> None:
        monkeypatch.delitem(sys.modules, f"bench.parts.{plugin}", raising=False)
        import_module(f"bench.parts.{plugin}")

    return load


def pair(place: int) -> list[Group]:
    """A grounded group and a textual one of a sample; its rollouts say the same, the same, more, and something else."""
    sample = replace(make_sample(Task.TEXT, ANSWERS[place], [(100, 100, 200, 200)]), sample_id=f"smp_{place}")
    placed = f"<think>\nThe {THINGS[place]} <box>[100,100,200,200]</box> is here.\n</think>\n<answer>{ANSWERS[place]}</answer>"
    said = f"<think>\nThe {THINGS[place]} is here.\n</think>\n<answer>{ANSWERS[place]}</answer>"
    more, against = said.replace("here.", "here.\nA horse sleeps."), said.replace(THINGS[place].split()[0], "green")
    grounded = make_group(sample, placed, dialect="ivgr", stream=Stream.GROUNDED)
    textual = make_group(sample, said, said, more, against, dialect="textual", stream=Stream.TEXTUAL)
    return [own(grounded, 2 * place), own(textual, 2 * place + 1)]


def own(group: Group, ordinal: int) -> Group:
    """The group with rollouts of its own names."""
    rollouts = tuple(replace(one, rollout_id=f"rol_{ordinal}_{one.index}") for one in group.rollouts)
    return replace(group, group_id=f"grp_{ordinal}", ordinal=ordinal, rollouts=rollouts)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return Store.open(tmp_path).run("run_a")


def heard(run: RunFolder, groups: Sequence[Group]) -> list[JudgedGroup]:
    assert DUAL.judge is not None
    store = Store.open(run.path.parents[1])
    with open_arbiter(DUAL.judge, store, run, ImageReader(store, None), None) as arbiter:
        return Hearing(Judge(DUAL, Scale.GROUP), Archive(DUAL.archive), arbiter).judge(groups)


def consistency(judged: JudgedGroup) -> list[float | None]:
    return [parts["consistency"] for parts in judged.parts_G]


def test_shuffled_references_are_those_of_the_other_sample(run: RunFolder, break_with: Break) -> None:
    groups = [*pair(0), *pair(1)]
    whole = [consistency(one) for one in heard(run, groups)[1::2]]
    break_with("shuffled_references")
    broken = heard(run, groups)
    assert whole == [[1.0, 1.0, 0.7, 0.0]] * 2
    assert [consistency(one) for one in broken[1::2]] == [[0.3] * 4] * 2
    assert [one.parts_G for one in broken[::2]] == [one.parts_G for one in heard(run, groups)[::2]]


def test_a_sample_alone_has_no_shuffled_reference(run: RunFolder, break_with: Break) -> None:
    break_with("shuffled_references")
    assert consistency(heard(run, pair(0))[1]) == [0.0] * 4


def test_permuted_judgements_stay_in_their_group(run: RunFolder, break_with: Break) -> None:
    groups = [*pair(0), *pair(1)]
    whole = [consistency(one) for one in heard(run, groups)[1::2]]
    break_with("permuted_judgements")
    broken = [consistency(one) for one in heard(run, groups)[1::2]]
    assert broken != whole
    assert [Counter(one) for one in broken] == [Counter(one) for one in whole]


def test_permuted_weights_are_those_of_other_groups(break_with: Break) -> None:
    sample = make_sample(Task.TEXT, "left")
    right, wrong = ("<think>\nA cup (5, 5).\n</think>\n<answer>" + answer + "</answer>" for answer in ANSWERS)
    groups = [own(make_group(sample, *([right] * n + [wrong] * (6 - n))), n) for n in range(6)]
    judge = Judge(WEIGHTED, Scale.GROUP)
    whole = judge.together(judge.judge(groups))
    break_with("permuted_weights")
    broken = judge.together(judge.judge(groups))
    assert [one.loss_weight for one in broken] != [one.loss_weight for one in whole]
    assert sorted(one.loss_weight for one in broken) == sorted(one.loss_weight for one in whole)
    assert [one.advantages for one in broken] == [one.advantages for one in whole]


def test_permuted_draws_believe_of_a_sample_what_was_seen_of_another(break_with: Break) -> None:
    break_with("permuted_draws")
    names = [f"smp_{place}" for place in range(8)]
    half = set(names[:4])
    heavy = {}
    for name in ("posterior", "posterior_permuted"):
        sampler = make_sampler(name, Candidates(names), 1, {})
        sampler.observe({one: [1.0, 0.0] * 8 if one in half else [1.0] * 16 for one in names})
        heavy[name] = {draw.sample_id for draw in sampler.draw(8, step=1) if draw.weight > 1}
    assert heavy["posterior"] == half
    assert len(heavy["posterior_permuted"]) == len(half)
    assert heavy["posterior_permuted"] != half


def test_noise_is_as_large_as_the_crop_and_shows_nothing_of_it(break_with: Break) -> None:
    image, config = Image.new("RGB", (448, 448), "red"), ZoomConfig(half_share=0.1, side_px=112)
    break_with("noise_crops")
    noise = [crops.Crops(config).take(image, PlacedPoint(100, 200)) for _ in range(2)]
    assert noise[0].size == crop_image(image, 100, 200, config).size
    assert noise[0].tobytes() == noise[1].tobytes()
    assert np.asarray(noise[0]).std(axis=(0, 1)).min() > 50
    with pytest.raises(ValueError, match="600"):
        crops.Crops(config).take(image, PlacedPoint(600, 200))
