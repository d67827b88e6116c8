"""Exam: one benchmark asked of one model in one mode.

An *examinee* is what answers, a student or an endpoint. A *response* is what it said to one item.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from data.benchmarks.benchmark import Asking, Benchmark
from data.benchmarks.registry import find_benchmark
from data.dialects import Turn
from data.evidence import EvidenceConfig
from data.identity import digest
from data.sample import Sample
from data.space import Frame
from data.store.images import ImageReader
from models.exams.config import ALL_PROTOCOLS, AskingConfig, EvaluateConfig
from models.student.config import StudentConfig


@dataclass(frozen=True, slots=True)
class Exam:
    """A benchmark with its items, how they are asked, and the ways in which the answers are judged."""

    benchmark: Benchmark
    items: list[Sample]
    mode: str
    """What the way of asking is called."""
    settings: StudentConfig
    """How the model sees and speaks in it."""
    temperature: float
    protocols: tuple[str, ...]
    evidence: EvidenceConfig | None = None

    @property
    def asking(self) -> Asking:
        return Asking(self.settings.prompt, self.settings.dialect)

    @property
    def second(self) -> Exam:
        """The same, asked again beside the crops of a first answer. Raises ``ValueError`` where it shows none."""
        if self.evidence is None:
            raise ValueError(f"mode {self.mode} shows no evidence")
        asked = {"dialect": self.evidence.dialect, "prompt": self.evidence.prompt or self.settings.prompt}
        return replace(self, settings=self.settings.model_copy(update=asked), evidence=None)

    def frames(self, sample: Sample, images: ImageReader) -> tuple[Frame, ...]:
        """How the model sees the sample's images, in their order."""
        return self.settings.view.frames(map(images.size, sample.image_ids))

    @property
    def prompt_hash(self) -> str:
        """A hash of every prompt text that is used."""
        first = self.benchmark.prompt_hash(self.asking)
        return digest(first, self.second.prompt_hash) if self.evidence is not None else first


@dataclass(frozen=True, slots=True)
class Response:
    """What was said to one item. ``text`` is None where nothing came, and ``error`` says why."""

    text: str | None
    said: tuple[Turn, ...] = ()
    """The turns as the dialect reads them."""
    dialect: str = ""
    """The dialect of what is judged, the second answer's where there are two."""
    turns: list[dict[str, Any]] = field(default_factory=list)
    """The column ``turns`` of ``predictions``, the question included."""
    prompt: str = ""
    """The text of the question."""
    stop_reason: str | None = None
    prompt_tokens: int | None = None
    """Those of the first question."""
    completion_tokens: int | None = None
    """Those of all turns."""
    image_tokens: int | None = None
    request_ids: tuple[str, ...] = ()
    """The calls that it was made of, where an endpoint was asked."""
    error: str | None = None


class Examinee(Protocol):
    """What answers exams."""

    def answer(self, exam: Exam, items: Sequence[Sample]) -> list[Response]:
        """One response to each item, in order."""


def exams(config: EvaluateConfig, settings: StudentConfig, samples: Sequence[Sample]) -> Iterator[Exam]:
    """Every benchmark in every mode. Raises ``UnknownBenchmarkError`` on one that is not there or lacks a protocol."""
    for name in config.benchmarks:
        benchmark = find_benchmark(name, protocols_of(config))
        protocols = benchmark.protocols if ALL_PROTOCOLS in config.protocols else tuple(config.protocols)
        items = benchmark.items(samples, config.splits, config.limit)
        for mode, asking in config.askings.items():
            yield Exam(benchmark, items, mode, *_asked(asking, settings, config), protocols, asking.evidence)


def protocols_of(config: EvaluateConfig) -> list[str]:
    """The protocols that are asked for by name."""
    return [name for name in config.protocols if name != ALL_PROTOCOLS]


def _asked(asking: AskingConfig, settings: StudentConfig, config: EvaluateConfig) -> tuple[StudentConfig, float]:
    said = {name: value for name in ("dialect", "prompt", "turns") if (value := getattr(asking, name)) is not None}
    temperature = config.temperature if asking.temperature is None else asking.temperature
    return settings.model_copy(update=said), temperature
