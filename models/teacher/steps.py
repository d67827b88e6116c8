"""Steps: what to look at first and second in the seven tasks of multi-image grounding (MGrounding-630k), as words for a teacher."""

from __future__ import annotations

import re
from collections.abc import Mapping

from data.prompts import Prompt, prompt
from data.sample import Sample

TAGS: Mapping[str, tuple[str, ...]] = {
    "common_object": ("common", "common_object"),
    "difference": ("diff", "difference", "changed"),
    "free_form": ("free_form", "free_form_grounding"),
    "group_grounding": ("gg_train", "group_grounding"),
    "object_tracking": ("ot", "object_tracking"),
    "referring_grounding": ("refer", "refer_grounding", "referring_grounding"),
    "region_locating": ("region", "region_locating"),
}
"""The file with a task's steps, and the words that name the task: the tags of MGrounding, the names of MIG-Bench, and the categories of
drawn scenes."""
FILES = {tag: name for name, tags in TAGS.items() for tag in tags}


def steps_prompt(sample: Sample) -> Prompt | None:
    """The steps of the task that the sample's category, or ``meta["type"]`` as in MGrounding, names; None for another, or for one image."""
    if len(sample.image_ids) == 1:
        return None
    tags = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in (sample.category, sample.meta.get("type")) if isinstance(name, str)]
    return next((_prompt(FILES[tag]) for tag in tags if tag in FILES), None)


def steps_hashes() -> list[str]:
    """Hashes of all files of steps."""
    return [_prompt(name).prompt_hash for name in TAGS]


def _prompt(name: str) -> Prompt:
    return prompt(f"teacher/steps/{name}")
