"""Published: a data set of others in the form it was published in; the loaders are in ``data.benchmarks.published``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

from data.benchmarks.published import Card, Material, Published, UnknownPublishedError, get_published
from data.benchmarks.published.material import ALL, found_in, hub_of, local_of
from data.sources.config import PublishedConfig
from data.sources.problem import Problem, Reject, SourceError


class PublishedSource:
    """A published data set on its way in: its problems and rejects, and at the end how many they were beside what was published.

    Raises ``SourceError`` where nobody knows it, or what it needs is not there.
    """

    def __init__(self, config: PublishedConfig, max_pixels: int) -> None:
        self.published = _find(config)
        self.material = Material(config, max_pixels, self.published.card.repository)
        self._taken = 0
        self._rejects = 0
        self._items = self.published.read(self.material)

    def __iter__(self) -> Iterator[Problem | Reject]:
        return self

    def __next__(self) -> Problem | Reject:
        item = next(self._items)
        self._taken += isinstance(item, Problem)
        self._rejects += isinstance(item, Reject)
        return item

    @property
    def note(self) -> str:
        """For example ``mig_bench: read 4295 of 4295 published records; 4288 problems, 7 rejects``."""
        read = self.material.read or {ALL: self._taken + self._rejects}
        limit = self.material.config.limit
        most = f", at most {limit} of each part as set" if limit is not None else ""
        told = ", ".join(_beside(part, number, self.published.card.counts) for part, number in read.items())
        return f"{self.published.name}: read {told} records{most}; {self._taken} problems, {self._rejects} rejects"


def read_published(config: PublishedConfig, max_pixels: int) -> PublishedSource:
    """The problems of a published data set. Raises ``SourceError`` where nobody knows it, or what it needs is not there."""
    return PublishedSource(config, max_pixels)


def brings_chains(config: PublishedConfig) -> bool:
    """Whether it brings chains of thought; one that nobody knows brings none."""
    card = _known(config)
    return card is not None and card.has_chains


def name_of(config: PublishedConfig) -> str:
    """What ``samples.dataset`` will say of it; the recipe's word where nobody knows it."""
    try:
        return _find(config).name
    except SourceError:
        return config.name


def images_of(config: PublishedConfig) -> int:
    """How many images a problem of it has at most."""
    card = _known(config)
    return max(config.expected_images, card.images if card is not None else 1)


def count_published(config: PublishedConfig) -> int | None:
    """How many records it was published with, of the part and up to the limit that the recipe names; None where nobody says."""
    card = _known(config)
    if card is None or not card.counts:
        return None
    numbers = [card.counts[part] for part in _parts(config, card)]
    return sum(number if config.limit is None else min(number, config.limit) for number in numbers)


def _parts(config: PublishedConfig, card: Card) -> list[str]:
    """The parts with a count that are read."""
    if config.subset in card.counts:
        return [str(config.subset)]
    name = config.path.name if config.path is not None else ""
    named = [part for part, names in card.files.items() if part in card.counts and any(fnmatch(name, Path(one).name) for one in names)]
    if named or ALL in card.counts:
        return named or [ALL]
    return list(card.counts)[: 1 if card.is_versioned else None]


def absent_of(config: PublishedConfig) -> Iterator[str]:
    """A sentence for each thing that is not there, or that a hub has to give; nothing is read."""
    try:
        card = _find(config).card
    except SourceError as error:
        yield str(error)
        return
    hub, local = hub_of(config, card.repository), local_of(config, card.repository)
    if hub is not None:
        yield f"data set {hub} is loaded from the hub"
    elif local is None:
        yield f"{config.name}: no path is set; say where its files are"
    elif not local.exists():
        yield f"there is no file or folder {local.absolute()}"
    elif local.is_dir():
        yield from _missing_files(config, card, local)
    if config.images is not None and not config.images.is_dir():
        yield f"there is no folder {config.images.absolute()}"


def _missing_files(config: PublishedConfig, card: Card, folder: Path) -> Iterator[str]:
    """Of one part that is asked for, its file; of all of them, those of none where nothing of the set is there."""
    wanted = {part: names for part, names in card.files.items() if config.subset in (part, None)} or card.files
    if wanted and all(found_in(folder, names) is None for names in wanted.values()):
        names = dict.fromkeys(name for names in wanted.values() for name in names)
        yield f"{folder.absolute()} holds none of {', '.join(names)}"


def _find(config: PublishedConfig) -> Published:
    try:
        return get_published(config.name)
    except UnknownPublishedError as error:
        raise SourceError(str(error)) from error


def _known(config: PublishedConfig) -> Card | None:
    try:
        return _find(config).card
    except SourceError:
        return None


def _beside(part: str, number: int, counts: Mapping[str, int]) -> str:
    name = "" if part == ALL else f"{part} "
    return f"{name}{number} of {counts[part]} published" if part in counts else f"{name}{number} (no number was published)"
