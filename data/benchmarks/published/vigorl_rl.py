"""ViGoRL's records for reinforcement: elements of OS-ATLAS, SAT-2, questions on SA-1B, and steps of ICAL's walks (arXiv 2505.23678)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from data.benchmarks.published.base import Card
from data.benchmarks.published.material import Material, Record, attempt
from data.benchmarks.published.registry import register
from data.benchmarks.published.vigorl import REPOSITORY, asked, domain_files, row_of
from data.sources.files import read_json_rows
from data.sources.problem import Problem, Reject

NAMES = {
    "web_grounding": "vigorl_osatlas_{}_RL.jsonl",
    "spatial_reasoning": "vigorl_sat2_{}_RL.jsonl",
    "visual_search": "vigorl_SA_RL.jsonl",
    "web_action": "vigorl_ical_{}_RL.jsonl",
}
FILES = {
    split: {
        domain: (f"{domain}/{name.format(said)}", name.format(said)) for domain, name in NAMES.items() if said == "train" or "{}" in name
    }
    for split, said in (("train", "train"), ("validation", "val"))
}
"""By split and domain. Visual search has no validation file of its own: the published one is V*Bench."""


@register
class VigorlRl:
    """ViGoRL's reinforcement set; a part is one of its domains."""

    name = "vigorl_rl"
    card = Card(
        title="ViGoRL, records of reinforcement",
        form="JSON lines in a folder for each domain, pictures named from the root on; about 12k, 32k and 11k, and ICAL's steps",
        space="pixel, x1 y1 x2 y2 as the text of the answer",
        files=FILES["train"],
        schema="Gabesarch/grounded-rl e7970c0 src/trainer/rl/examples (config.yaml, run_vigorl.sh, reward_function), and what public "
        "loaders of its SAT-2 and SA files take apart",
        is_verified=True,
        repository=REPOSITORY,
        licence="mit",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """The records of the recipe's ``subset`` or of all domains; those held out where the split is ``validation``."""
        for domain, path in domain_files(material, FILES["validation" if material.config.split == "validation" else "train"]):
            reader = Reader(material, domain)
            for record in material.taken(read_json_rows(path), domain):
                yield record if isinstance(record, Reject) else attempt(reader.read, *record)


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of one domain."""

    material: Material
    domain: str

    def read(self, locator: str, record: Record) -> Problem:
        """The problem of a row; ``meta`` has the answer as it stands. Raises ``RowError``."""
        question, answer, images = asked(record)
        row = row_of(self.domain, question, answer) | {"images": images}
        pictures = tuple(self.material.image(image, self.domain) for image in images)
        problem = self.material.reader("pixel").read(locator, row, pictures)
        return dataclasses.replace(problem, meta=dict(problem.meta) | {"answer": answer, "part": self.domain})
