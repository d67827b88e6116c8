"""Registry: benchmarks by name."""

from __future__ import annotations

from data.benchmarks.benchmark import Benchmark
from data.benchmarks.scenes import Scenes

BENCHMARKS: dict[str, Benchmark] = {benchmark.name: benchmark for benchmark in (Scenes("scenes"), Scenes("photos"), Scenes("own"))}
"""``photos`` and ``own`` are judged as ``scenes`` is: the names say whose samples they are."""


class UnknownBenchmarkError(ValueError):
    """No benchmark of that name, or it has no such protocol; the text is one sentence."""


def get_benchmark(name: str, protocol: str) -> Benchmark:
    """The benchmark of that name. Raises ``UnknownBenchmarkError``."""
    if name not in BENCHMARKS:
        raise UnknownBenchmarkError(f"there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    benchmark = BENCHMARKS[name]
    if protocol not in benchmark.protocols:
        raise UnknownBenchmarkError(f"benchmark {name} has no protocol {protocol!r}; it has {', '.join(benchmark.protocols)}")
    return benchmark
