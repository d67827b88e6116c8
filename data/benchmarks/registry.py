"""Registry: benchmarks by name, those of a run's own samples and those that others have published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import Benchmark
from data.benchmarks.published import PUBLISHED, Card
from data.benchmarks.published.mapped import MapError, own_question_set
from data.benchmarks.scenes import Scenes

OWN: dict[str, Benchmark] = {benchmark.name: benchmark for benchmark in (Scenes("scenes"), Scenes("photos"), Scenes("own"))}
"""``photos`` and ``own`` are judged as ``scenes`` is: the names say whose samples they are."""
BENCHMARKS: dict[str, Benchmark] = OWN | {
    name: cast(Benchmark, found) for name, found in sorted(PUBLISHED.items()) if isinstance(found, AskedBenchmark)
}


class UnknownBenchmarkError(ValueError):
    """No benchmark of that name, or it has no such protocol; the text is one sentence."""


def find_benchmark(name: str, protocols: Sequence[str] = ()) -> Benchmark:
    """The benchmark of that name or of the map at that path, which has all of those protocols. Raises ``UnknownBenchmarkError``."""
    benchmark = _find(name)
    if lacking := [protocol for protocol in protocols if protocol not in benchmark.protocols]:
        raise UnknownBenchmarkError(f"benchmark {name} has no protocol {lacking[0]!r}; it has {', '.join(benchmark.protocols)}")
    return benchmark


def is_verified(benchmark: Benchmark) -> bool:
    """Whether nothing of how its records are read was guessed: of one that others have published, its card says so."""
    card = getattr(benchmark, "card", None)
    return card.is_verified if isinstance(card, Card) else True


def _find(name: str) -> Benchmark:
    try:
        own = own_question_set(name)
    except MapError as error:
        raise UnknownBenchmarkError(str(error)) from error
    if own is not None:
        return own
    if name not in BENCHMARKS:
        raise UnknownBenchmarkError(f"there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    return BENCHMARKS[name]
