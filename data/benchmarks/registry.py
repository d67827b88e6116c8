"""Registry: benchmarks by name, those of a run's own samples and those that others have published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from data.benchmarks.benchmark import Benchmark
from data.benchmarks.published import PUBLISHED
from data.benchmarks.published.asked import AskedBenchmark
from data.benchmarks.scenes import Scenes

OWN: dict[str, Benchmark] = {benchmark.name: benchmark for benchmark in (Scenes("scenes"), Scenes("photos"), Scenes("own"))}
"""``photos`` and ``own`` are judged as ``scenes`` is: the names say whose samples they are."""
BENCHMARKS: dict[str, Benchmark] = OWN | {
    name: cast(Benchmark, found) for name, found in sorted(PUBLISHED.items()) if isinstance(found, AskedBenchmark)
}


class UnknownBenchmarkError(ValueError):
    """No benchmark of that name, or it has no such protocol; the text is one sentence."""


def find_benchmark(name: str, protocols: Sequence[str] = ()) -> Benchmark:
    """The benchmark of that name, which has all of those protocols. Raises ``UnknownBenchmarkError``."""
    if name not in BENCHMARKS:
        raise UnknownBenchmarkError(f"there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    benchmark = BENCHMARKS[name]
    if lacking := [protocol for protocol in protocols if protocol not in benchmark.protocols]:
        raise UnknownBenchmarkError(f"benchmark {name} has no protocol {lacking[0]!r}; it has {', '.join(benchmark.protocols)}")
    return benchmark
