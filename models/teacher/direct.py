"""Direct: ask the question, take the chain as it comes, as many times as candidates are wanted."""

from __future__ import annotations

import asyncio
from itertools import chain

from data.sample import Sample
from models.teacher.chain import ask_chain, prompt_hashes, write_prompt
from models.teacher.config import GenerateConfig
from models.teacher.method import Made, Setting


class Direct:
    """Independent chains; the teacher sees what the student will see."""

    name = "direct"
    needs_teacher = True

    async def generate(self, sample: Sample, setting: Setting) -> Made:
        """One trace per candidate that was answered."""
        text = write_prompt(self.name, setting.config.dialect, sample, setting.frames(sample))
        rows = await asyncio.gather(*(ask_chain(self.name, text, index, sample, setting) for index in range(setting.config.candidates)))
        return Made(list(chain.from_iterable(rows)))

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:
        """Hashes of the prompt files."""
        return prompt_hashes(self.name, config.dialect)
