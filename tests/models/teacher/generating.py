"""Scenes in a store, and the run that makes their traces; as a program, the run that a test kills."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.identity import new_run_id
from data.sample import Sample
from data.sources.config import ScenesConfig
from data.sources.scenes import read_scenes
from data.store import Store
from data.store.images import ImageReader
from models.teacher.config import GenerateConfig
from models.teacher.generate import generate_traces

Row = dict[str, Any]
EVERY_TASK = {"point": 1.0, "box": 1.0, "choice": 1.0, "multi_image": 1.0}
EVERY_BAND = {"easy": 1.0, "medium": 1.0, "hard": 1.0}


def store_scenes(store: Store, count: int, **shares: dict[str, float]) -> list[Sample]:
    """Drawn problems, by default of every task and band; their images go to the store unless they are there."""
    config = ScenesConfig.model_validate({"count": count, "tasks": EVERY_TASK, "bands": EVERY_BAND} | shares)
    problems = list(read_scenes(config))
    store_images(store, {image.image_id: (image.stored, image.width, image.height) for problem in problems for image in problem.images})
    return [problem.sample() for problem in problems]


def store_images(store: Store, images: dict[str, tuple[bytes, int, int]]) -> None:
    draft = store.draft(stage="ingest", stage_key="images", run_id=new_run_id())
    rows = [{"image_id": name, "bytes": stored, "width": width, "height": height} for name, (stored, width, height) in images.items()]
    draft.add("images", rows)
    draft.publish()


def generate(
    store: Store, samples: list[Sample], url: str, on_progress: Callable[[int, int], None] | None = None, **config: Any
) -> list[Row]:
    """The traces of one run."""
    settings = GenerateConfig.model_validate(config)
    return generate_traces(store, store.run(new_run_id()), samples, ImageReader(store), settings, url, None, on_progress=on_progress).traces


if __name__ == "__main__":
    opened = Store.open(Path(sys.argv[1]))
    generate(opened, store_scenes(opened, int(sys.argv[3])), sys.argv[2], teacher={"in_flight": 4})
