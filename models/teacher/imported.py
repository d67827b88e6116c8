"""Imported: the traces that came with the samples, as they are."""

from __future__ import annotations

from data.sample import Sample
from models.teacher.config import GenerateConfig
from models.teacher.method import Made, Setting


class Imported:
    """Asks nobody."""

    name = "imported"
    needs_teacher = False

    async def generate(self, sample: Sample, setting: Setting) -> Made:
        """The rows that ingest read."""
        return Made(list(setting.traces.get(sample.sample_id, ())))

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:  # noqa: ARG002
        """There are no prompts."""
        return []
