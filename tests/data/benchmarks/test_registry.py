from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from data.benchmarks.benchmark import Benchmark
from data.benchmarks.published.mapped import QuestionSet
from data.benchmarks.registry import BENCHMARKS, UnknownBenchmarkError, find_benchmark, is_verified


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A map like that of RealWorldQA, under a name of its own."""
    path = tmp_path / "mine.toml"
    published = Path(__file__).resolve().parents[3] / "data/benchmarks/published/mapped/realworldqa.toml"
    path.write_text(published.read_text().replace('name = "realworldqa"', 'name = "mine"'))
    return path


def test_a_path_finds_the_benchmark_of_its_map(own: Path) -> None:
    assert find_benchmark(str(own), ["strict"]).name == "mine"


def test_a_map_has_the_protocols_that_it_names(own: Path) -> None:
    with pytest.raises(UnknownBenchmarkError, match="has no protocol 'vigorl-choice'; it has strict"):
        find_benchmark(str(own), ["vigorl-choice"])


def test_a_map_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownBenchmarkError, match=r"nowhere\.toml cannot be read"):
        find_benchmark(str(tmp_path / "nowhere.toml"))


def test_what_is_drawn_here_is_verified() -> None:
    assert is_verified(BENCHMARKS["scenes"])


def test_a_benchmark_is_as_verified_as_its_card_says() -> None:
    found = cast(QuestionSet, BENCHMARKS["pope"])
    guessed = QuestionSet(found.config.model_copy(update={"verified": False}))
    assert (is_verified(cast(Benchmark, found)), is_verified(cast(Benchmark, guessed))) == (True, False)
    assert replace(found.card, is_verified=False) == guessed.card
