"""Domains: what kind of looking a question needs, and the words that tell a teacher of it.

The seven are those that the published systems write prompts for: four of ViGoRL (arXiv 2505.23678, appendix A) and boxes in one image and
in several (UniVG-R1, arXiv 2505.14231). The words are our own.
"""

from __future__ import annotations

import re
from enum import StrEnum

from data.prompts import Prompt, prompt
from data.sample import Sample, Task
from models.teacher.config import GenerateConfig

AUTO = "auto"
SCREEN = re.compile(r"(?<![a-z])(?:gui|web|screenshots?|screenspot)(?![a-z])")
"""Words in the name of a dataset or category that say its images are screens."""


class Domain(StrEnum):
    """A kind of looking."""

    SPATIAL = "spatial"
    """How things lie to one another."""
    WEB_GROUNDING = "web_grounding"
    """Elements of a screen by their description."""
    WEB_ACTION = "web_action"
    """The next action on a page."""
    VISUAL_SEARCH = "visual_search"
    """Small things in large images."""
    BOX = "box"
    """Boxes in one image."""
    MULTI_BOX = "multi_box"
    """Several images at once."""
    GENERAL = "general"
    """Anything else."""


def domain_of(sample: Sample, config: GenerateConfig) -> Domain:
    """The configured domain; for ``auto`` the one that the sample names, else what its task and number of images say.

    A sample names its domain by ``meta["domain"]``, its category or its dataset, in this order; other words there say nothing, and nor
    does ``box`` where there are several images.
    """
    if config.domain != AUTO:
        return Domain(config.domain)
    return _named(sample) or _derived(sample)


def domain_prompt(domain: Domain) -> Prompt:
    """The file with a domain's words."""
    return prompt(f"teacher/domains/{domain}")


def domain_text(sample: Sample, config: GenerateConfig) -> str:
    """The words that tell a teacher of the sample's domain."""
    return domain_prompt(domain_of(sample, config)).render()


def domain_hashes(config: GenerateConfig) -> list[str]:
    """Hashes of the files that ``domain_text`` may be made of: all of them for ``auto``."""
    domains = Domain if config.domain == AUTO else [Domain(config.domain)]
    return [domain_prompt(domain).prompt_hash for domain in domains]


def _named(sample: Sample) -> Domain | None:
    names = (sample.meta.get("domain"), sample.category, sample.dataset)
    meant = set(Domain) if len(sample.image_ids) == 1 else set(Domain) - {Domain.BOX}
    return next((Domain(name) for name in names if isinstance(name, str) and name in meant), None)


def _derived(sample: Sample) -> Domain:
    if sample.task == Task.ACTION:
        return Domain.WEB_ACTION
    if len(sample.image_ids) > 1:
        return Domain.MULTI_BOX
    if sample.task == Task.POINT and _is_of_screens(sample):
        return Domain.WEB_GROUNDING
    by_task = {Task.BOX: Domain.BOX, Task.BOXES: Domain.BOX, Task.CHOICE: Domain.SPATIAL}
    return by_task.get(sample.task, Domain.GENERAL)


def _is_of_screens(sample: Sample) -> bool:
    return any(SCREEN.search(name.lower()) for name in (sample.dataset, sample.category or ""))
