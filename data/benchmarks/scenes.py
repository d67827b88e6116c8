"""Scenes: the held-out samples of a run, judged by the strict scorer.

The items are rows of ``samples``, drawn or photographed: those of the chosen splits that know their answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.benchmarks.asked import AskedBenchmark
from data.sample import Sample, Task

MULTI_IMAGE = "multi_image"
BOX_TASKS = {Task.BOX, Task.BOXES}


@dataclass(frozen=True)
class Scenes(AskedBenchmark):
    """A benchmark of the run's own samples under a name."""

    name: str

    def owns(self, _: Sample) -> bool:
        """Every sample of the run is."""
        return True

    def kind(self, sample: Sample) -> str:
        """The task, or ``multi_image`` where a box is sought over several images."""
        return MULTI_IMAGE if sample.task in BOX_TASKS and len(sample.image_ids) > 1 else str(sample.task)
