"""iVGR's chains for a cold start: 32k that name boxes, 3k in words alone (arXiv 2605.31096).

Its files could not be read. What is read here is the form that iVGR's own scripts write: a list of LLaMA-Factory conversations with
``images`` and ``conversations``. A text with ``<box>`` is of the dialect ``ivgr``, another of ``textual``. The answer is that of the chain.
"""

from __future__ import annotations

from collections.abc import Iterator

from data.benchmarks.published.base import Card
from data.benchmarks.published.chains import last_answer, read_chain, said
from data.benchmarks.published.material import Material, Record, required
from data.benchmarks.published.registry import register
from data.sample import Task
from data.sources.problem import Problem, Reason, Reject, RowError, SourceError

FILES = ("*.json", "*.jsonl")
HEADS = ("images",)
"""What image paths begin with, where their folder may stand without."""
BOX = "<box>"


@register
class IvgrSft:
    """iVGR's chains."""

    name = "ivgr_sft"
    card = Card(
        title="iVGR-SFT-35K",
        form="a JSON list of LLaMA-Factory conversations beside the folder images; about 35k",
        space="pixel, <box>[x1,y1,x2,y2]</box> in the text",
        has_chains=True,
        schema="Visual-AI/iVGR 895e229 scripts/generate_sft_json_samples.py writes such rows; the published set itself could not be read",
        is_verified=False,
        repository="allencbzhang/iVGR-SFT-35K",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """Every chain. Raises ``SourceError`` where there is no file of conversations."""
        if material.hub is not None:
            raise SourceError(f"{self.name}: the files of {material.hub} are not known; set path to a local copy of it")
        for record in material.json(*FILES):
            yield record if isinstance(record, Reject) else _read(material, *record)


def _read(material: Material, locator: str, record: Record) -> Problem | Reject:
    try:
        turns, images = required(record, "conversations", "images")
        if not isinstance(images, list) or len(images) != 1:
            raise RowError(Reason.WRONG_TYPE, f"images should be a list of one, not {images!r:.80}")
        question, text, _ = said(turns, "conversations")
        row = {"question": question, "text": text, "task": Task.TEXT, "answer": last_answer(text), "record": locator}
        picture = material.image(images[0], *HEADS)
    except RowError as error:
        return Reject(locator, error.reason, error.detail)
    is_grounded = BOX in text
    return read_chain(
        material, locator, row | {"category": "grounded" if is_grounded else "textual"}, "ivgr" if is_grounded else "textual", picture
    )
