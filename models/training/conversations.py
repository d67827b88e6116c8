"""Conversations: the rows of an ``sft`` version that a training reads, and in which order.

The order is that of ``Epochs``, as many as the steps need. So a step's rows are known without training, and a resumed training reads on
where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from torch.utils.data import Sampler

from data.images import open_image
from data.store import Store
from models.training.epochs import Epochs
from models.training.errors import TrainingError

COLUMNS = ["trace_id", "split", "messages", "images"]


def read_conversations(store: Store, version_id: str, splits: Sequence[str], cache: Path) -> Any:
    """A ``datasets.Dataset`` of the version's rows in those splits, images as bytes. Raises ``TrainingError`` where there are none.

    ``cache`` is the folder for the rows in the form that the trainer maps into memory.
    """
    from datasets import Dataset, Image, List

    version = store.resolve("sft", version_id)
    paths = [str(path) for path in store.paths(version)]
    if not version.rows:
        raise TrainingError(f"{version.version_id} of sft has no rows to train on")
    rows = Dataset.from_parquet(paths, columns=COLUMNS, cache_dir=str(cache))
    rows = rows.cast_column("images", List(Image(decode=False)))
    found = rows["split"]
    taken = [place for place, split in enumerate(found) if split in splits]
    if not taken:
        raise TrainingError(f"{version.version_id} of sft has no rows in the splits {list(splits)}; it has {sorted(set(found))}")
    return rows if len(taken) == len(rows) else rows.select(taken)


class Order(Sampler[int]):
    """Places of the rows that a training reads, step after step."""

    def __init__(self, rows: int, steps: int, batch_size: int, seed: int) -> None:
        super().__init__()
        self._length, self._batch_size = steps * batch_size, batch_size
        self._epochs = Epochs(rows, seed)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        return (self._epochs.at(position) for position in range(self._length))

    def step(self, step: int) -> list[int]:
        """The places that a step reads; steps count from 1."""
        return [self._epochs.at(position) for position in range((step - 1) * self._batch_size, step * self._batch_size)]


class OpenImages:
    """A collator that opens images as the whole project does before it hands rows on."""

    def __init__(self, collate: Callable[[list[dict[str, Any]]], Any]) -> None:
        self._collate = collate

    def __call__(self, rows: list[dict[str, Any]]) -> Any:
        return self._collate([row | {"images": [open_image(image["bytes"]) for image in row["images"]]} for row in rows])
