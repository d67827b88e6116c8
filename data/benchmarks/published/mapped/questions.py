"""Questions: a benchmark that a map makes of a question set.

A set of the project is a TOML file beside this one; a person's own is any TOML file, which recipes name by its path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT, Asking, Grade
from data.benchmarks.protocols import PROTOCOLS
from data.benchmarks.published.base import Card
from data.benchmarks.published.mapped.config import LETTERS, MapConfig, MapError, PartConfig, read_map, written
from data.benchmarks.published.mapped.judging import judge
from data.benchmarks.published.mapped.records import RecordReader, is_of
from data.benchmarks.published.material import Material, Records, attempt
from data.benchmarks.published.registry import PUBLISHED
from data.conversation import Message
from data.identity import digest
from data.sample import Sample, Task
from data.sources.problem import Problem, Reject, RowError, SourceError
from data.space import Frame
from data.trace import Answer

JSON_FILES = (".json", ".jsonl")
MAP_ENDING = ".toml"


class QuestionSet(AskedBenchmark):
    """A question set of a map: choices, short texts, or yes and no."""

    def __init__(self, config: MapConfig) -> None:
        self.config = config
        self.name = config.name
        self.protocols = tuple(config.protocols)

    @property
    def card(self) -> Card:
        """What the map says of the set."""
        config = self.config
        return Card(
            title=config.title,
            form=config.form,
            space="none",
            counts={part.name: part.count for part in config.parts if part.count is not None},
            metrics=tuple(config.metrics),
            files={part.name: tuple(part.files) for part in config.parts},
            images=config.images,
            schema=config.source,
            is_verified=config.verified,
            repository=config.repository,
            licence=config.licence,
        )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """Its problems, part by part. Raises ``SourceError``."""
        where = replace(material, repository=material.repository or self.config.repository)
        reader = RecordReader(self.config, material.config.split, where.image)
        for part in self._wanted(where):
            for record in where.taken(_of_part(_records(where, self.config, part), part), part.name):
                yield record if isinstance(record, Reject) else attempt(partial(reader.read, part=part), *record)

    def prompt(self, sample: Sample, asking: Asking, frames: Sequence[Frame]) -> list[Message]:
        """The conversation that ends where the model should answer; the map's template stands for question and choices."""
        if self.config.prompt is None:
            return super().prompt(sample, asking, frames)
        choices = list(zip(LETTERS, sample.choices, strict=False))
        question = written(self.config.prompt).render(question=sample.question, choices=choices)
        return super().prompt(replace(sample, question=question, choices=()), asking, frames)

    def prompt_hash(self, asking: Asking) -> str:
        """A hash of the student prompt, the dialect's name and the map's template."""
        shared = super().prompt_hash(asking)
        return shared if self.config.prompt is None else digest(shared, written(self.config.prompt).prompt_hash)

    def grade(self, sample: Sample, answer: Answer | None, frames: Sequence[Frame]) -> Grade:
        """The strict word; of choices exactly one is named, by letter or by text, and a reason says why an answer is wrong."""
        if sample.task == Task.CHOICE:
            return judge(sample, answer)
        return super().grade(sample, answer, frames)

    def _wanted(self, material: Material) -> list[PartConfig]:
        """The parts to read: that of the recipe's ``subset``, those of the file that ``path`` is, or all. Raises ``SourceError``."""
        parts = {part.name: part for part in self.config.parts}
        if material.hub is None:
            return [parts[name] for name, _ in material.parts({name: tuple(part.files) for name, part in parts.items()})]
        said = material.config.subset
        if said is not None and said not in parts:
            raise SourceError(f"{self.name}: there is no part {said!r}; there are {', '.join(parts)}")
        return list(parts.values()) if said is None else [parts[said]]


def _records(material: Material, config: MapConfig, part: PartConfig) -> Records:
    """Every record of the files of a part, those of other parts that share them included; neither limited nor counted."""
    whole = material.config.model_copy(update={"limit": None, "subset": part.subset})
    raw = replace(material, config=whole, read=Counter())
    if raw.hub is None and raw.file(*part.files).suffix in JSON_FILES:
        return raw.json(*part.files)
    records = raw.table(part.split, *part.files, columns=config.wanted)
    return records if raw.hub is None else _prefixed(records, part.name)


def _prefixed(records: Records, prefix: str) -> Records:
    for record in records:
        if isinstance(record, Reject):
            yield replace(record, locator=f"{prefix}/{record.locator}")
        else:
            yield f"{prefix}/{record[0]}", record[1]


def _of_part(records: Records, part: PartConfig) -> Records:
    for record in records:
        if isinstance(record, Reject):
            yield record
            continue
        try:
            if is_of(record[1], part):
                yield record
        except RowError as error:
            yield Reject(record[0], error.reason, error.detail)


def question_set(path: Path) -> QuestionSet:
    """The benchmark of a TOML file. Raises ``MapError``."""
    return QuestionSet(read_map(path))


def own_question_set(name: str) -> QuestionSet | None:
    """The benchmark of the TOML file that a recipe names by its path; None where the name is no such path.

    Raises ``MapError`` on a file that maps nothing, on a name that is taken, and on a protocol that is not there.
    """
    if not is_map(name):
        return None
    found = question_set(Path(name))
    if found.name in PUBLISHED:
        raise MapError(f"{name}: the name {found.name!r} is taken; there are {', '.join(sorted(PUBLISHED))}")
    for protocol in found.protocols:
        if protocol != STRICT and protocol not in PROTOCOLS:
            raise MapError(f"{name}: there is no protocol {protocol!r}; there are {', '.join([STRICT, *sorted(PROTOCOLS)])}")
    return found


def is_map(name: str) -> bool:
    """Whether a recipe's name of a benchmark or a data set is the path of a map."""
    return name.endswith(MAP_ENDING)


def map_hashes(names: Iterable[str]) -> dict[str, str]:
    """The hash of each map's file by the path that names it; other names are left out. Raises ``MapError``."""
    return {name: _file_hash(Path(name)) for name in names if is_map(name)}


def _file_hash(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise MapError(f"{path.absolute()} cannot be read: {error.strerror}") from error
