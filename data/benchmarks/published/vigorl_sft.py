"""ViGoRL's chains: what a tree search with Qwen2.5-VL-72B found, made lines of thought with points (arXiv 2505.23678).

A row is a conversation of LLaMA-Factory with the known answer beside it; where it has none, the chain's own is known, since only right
chains were kept. About twenty rows are of one problem, which is taken once, with all its chains. Those of visual search look closer in
several turns; the crops that they show are cut again from the whole picture, which is the first of a row. A question whose choices or whose
step cannot be taken apart is taken as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data.benchmarks.published.base import Card
from data.benchmarks.published.chains import last_answer, read_chain, said
from data.benchmarks.published.material import Material, Record, required
from data.benchmarks.published.registry import register
from data.benchmarks.published.vigorl import DOMAINS, REPOSITORY, domain_files, inside, row_of
from data.sample import Task
from data.sources.files import read_json_rows
from data.sources.problem import Problem, Reason, Reject, RowError

FORM = "MCTS_72b_reasoning_chains_{}.json"
SINGLE = ("web_grounding", "spatial_reasoning", "web_action")
FILES = {
    "train": {domain: (f"{domain}/{FORM.format('train')}",) for domain in SINGLE}
    | {
        "visual_search": (f"visual_search/{FORM.format('train_MULTITURN')}",),
        "visual_search_single": (f"visual_search/{FORM.format('train_SINGLETURN')}",),
    },
    "validation": {domain: (f"{domain}/{FORM.format('val')}",) for domain in SINGLE},
}
"""By split and part. The single turns of visual search are those that its turns were made of."""
TEACHER = "Qwen2.5-VL-72B-Instruct"


@register
class VigorlSft:
    """ViGoRL's chains; a part is a domain, ``visual_search_single`` those of visual search without looks."""

    name = "vigorl_sft"
    card = Card(
        title="ViGoRL, chains of tree search",
        form="JSON lists of LLaMA-Factory conversations in a folder for each domain, pictures named from the root on; about 30k",
        space="pixel, (x, y) in the text",
        files=FILES["train"],
        has_chains=True,
        schema="Gabesarch/grounded-rl e7970c0 scripts/mcts/build_reasoning_chains_from_mcts.py and its multiturn sibling, which write the "
        "rows, and src/trainer/offline/data/dataset_info.json, which names the files",
        is_verified=True,
        repository=REPOSITORY,
        licence="mit",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """The chains of the recipe's ``subset`` or of all domains; those held out where the split is ``validation``."""
        files = FILES["validation" if material.config.split == "validation" else "train"]
        for part, path in domain_files(material, files):
            for record in material.taken(read_json_rows(path), part):
                yield record if isinstance(record, Reject) else _read(material, *record, part)


def _read(material: Material, locator: str, record: Record, part: str) -> Problem | Reject:
    try:
        domain = next(domain for domain in DOMAINS if part.startswith(domain))
        messages, images = required(record, "messages", "images")
        if not isinstance(images, list) or not images:
            raise RowError(Reason.WRONG_TYPE, f"images should be a list of at least one, not {images!r:.80}")
        question, text, has_turns = said(messages, "messages")
        known = record.get("gt_answer")
        row = known_row(domain, question, known if isinstance(known, str) else last_answer(text))
        row |= {"text": text, "teacher": TEACHER, "record": str(record.get("id", locator)), "part": part}
        picture = material.image(inside(images[0]), domain)
    except RowError as error:
        return Reject(locator, error.reason, error.detail)
    return read_chain(material, locator, row, "vigorl_zoom" if has_turns else "vigorl", picture)


def known_row(domain: str, question: str, answer: str) -> dict[str, Any]:
    """The row of a question and its known answer; a question that cannot be taken apart is asked as it stands. Raises ``RowError``."""
    if domain == "web_grounding":
        return row_of(domain, question, answer)
    try:
        return row_of(domain, question, answer)
    except RowError:
        task = Task.ACTION if domain == "web_action" else Task.TEXT
        return {"question": question, "task": task, "answer": answer.strip(), "category": domain}
