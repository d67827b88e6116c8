"""Pool: the samples that can be drawn, each with its images, its frames and its prompt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from PIL import Image

from data.conversation import prompt_messages
from data.rows import sample_from_row
from data.sample import Sample
from data.space import Frame
from data.store import Store
from data.store.images import ImageReader
from models.student.config import StudentConfig
from models.student.crops import Crops
from models.training.config import ReinforceConfig
from models.training.errors import TrainingError

IMAGES_HELD = 512


class Pool:
    """Samples by id, as the student is shown them."""

    def __init__(self, samples: Iterable[Sample], images: ImageReader, student: StudentConfig) -> None:
        self.samples = {sample.sample_id: sample for sample in samples}
        self._images = images
        self.student = student
        self.crops = Crops(student.zoom)
        self._open = lru_cache(IMAGES_HELD)(images.open)

    def sizes(self, sample: Sample) -> list[tuple[int, int]]:
        """Width and height in pixels of each stored image."""
        return [self._images.size(image_id) for image_id in sample.image_ids]

    def frames(self, sample: Sample) -> tuple[Frame, ...]:
        """The frame of each image."""
        return self.student.view.frames(self.sizes(sample))

    def images(self, sample: Sample) -> list[Image.Image]:
        """The images of a sample, RGB and upright."""
        return [self._open(image_id) for image_id in sample.image_ids]

    def prompt(self, sample: Sample, dialect: str, prompt: str) -> list[dict[str, Any]]:
        """The messages before the student's turn; image blocks have a type alone."""
        messages = prompt_messages(sample, prompt, dialect, self.frames(sample))
        return [{"role": message["role"], "content": [_block(block) for block in message["content"]]} for message in messages]


def read_pool(store: Store, samples: str, images: str, student: StudentConfig, config: ReinforceConfig) -> Pool:
    """The samples of a version that the section's splits, bands and data sets take. Raises ``TrainingError`` where there are none."""
    rows = store.read(store.resolve("samples", samples)).to_pylist()
    taken = [
        sample_from_row(row)
        for row in rows
        if row["split"] in config.splits
        and (config.bands is None or row["difficulty_band"] in config.bands)
        and (config.datasets is None or row["dataset"] in config.datasets)
    ]
    if not taken:
        raise TrainingError(
            f"none of {len(rows)} samples in {samples} is in the splits {config.splits}, "
            f"bands {config.bands or 'all'} and data sets {config.datasets or 'all'}; there are splits {_names(rows, 'split')}, "
            f"bands {_names(rows, 'difficulty_band')} and data sets {_names(rows, 'dataset')}"
        )
    return Pool(taken, ImageReader(store, store.resolve("images", images)), student)


def _block(block: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in block.items() if value is not None}


def _names(rows: Sequence[dict[str, Any]], column: str) -> list[str]:
    return sorted({str(row[column]) for row in rows})
