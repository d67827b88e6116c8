"""Direct: ask the question, take the chain as it comes, as many times as candidates are wanted."""

from __future__ import annotations

import asyncio
from itertools import chain

from data.sample import Sample
from models.teacher.chain import ask_chain, prompt_hashes, write_prompt
from models.teacher.config import GenerateConfig
from models.teacher.domains import domain_hashes, domain_of, domain_prompt
from models.teacher.method import Made, Setting


class Direct:
    """Independent chains, all of them selected; the teacher sees what the student will see."""

    name = "direct"
    needs_teacher = True

    async def generate(self, sample: Sample, setting: Setting) -> Made:
        """One trace per candidate that was answered."""
        config = setting.config
        domain = domain_prompt(domain_of(sample, config))
        text = write_prompt(self.name, config.dialect, sample, setting.frames(sample), domain=domain.render())
        hashes = [domain.prompt_hash]
        asked = (ask_chain(self.name, text, index, sample, setting, further_hashes=hashes) for index in range(config.candidates))
        return Made(list(chain.from_iterable(await asyncio.gather(*asked))))

    def prompt_hashes(self, config: GenerateConfig) -> list[str]:
        """Hashes of the prompt files."""
        return [*prompt_hashes(self.name, config.dialect), *domain_hashes(config)]
