"""VisualWebArena offline: the next action, predicted on recorded steps (arXiv 2401.13649).

The benchmark itself is live: an agent acts on running sites and the state it leaves is checked. What can be asked offline are steps that
were recorded there: a task, the actions before, a screenshot with a set of marks, and the action that the recorded walk took. They are read
in the form of ViGoRL's web-action rows, which hold steps of ICAL's walks; a score on them is no success rate of the benchmark.
"""

from __future__ import annotations

from collections.abc import Iterator

from data.benchmarks.asked import AskedBenchmark
from data.benchmarks.benchmark import STRICT
from data.benchmarks.published.base import Card
from data.benchmarks.published.items import item
from data.benchmarks.published.material import Material, Record, problems
from data.benchmarks.published.registry import register
from data.benchmarks.published.vigorl import asked, row_of
from data.sources.problem import Problem, Reject, SourceError

FILES = ("web_action/vigorl_ical_val_RL.jsonl", "vigorl_ical_val_RL.jsonl")


@register
class VisualWebArena(AskedBenchmark):
    """Recorded steps of VisualWebArena."""

    name = "visualwebarena"
    protocols = (STRICT, "vigorl-web-action")
    card = Card(
        title="VisualWebArena, recorded steps",
        form="JSON lines of objective, earlier actions, a screenshot with marks, and the action taken",
        space="none",
        metrics=("accuracy of the next action, by its verb and over all",),
        schema="Gabesarch/grounded-rl e7970c0 src/trainer/rl/examples (config.yaml, reward_function/web_action_grounded_thinking.py) and "
        "demo/demo_singleturn.py; no published record of a step could be read",
        files={"all": FILES},
        is_verified=False,
        licence="mit",
    )

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        """Every step. Raises ``SourceError`` where their file is not there."""
        if material.hub is not None:
            reason = f"{material.hub} holds archives; unpack web_action.tar and set path to its folder or to {FILES[1]}"
            raise SourceError(f"{self.name}: {reason}")
        yield from problems(material.json(*FILES), lambda locator, record: _problem(material, locator, record))


def _problem(material: Material, locator: str, record: Record) -> Problem:
    question, answer, images = asked(record)
    row = row_of("web_action", question, answer)
    pictures = tuple(material.image(image, "web_action") for image in images)
    problem = material.reader(None).read(locator, row | {"images": images, "category": row["verb"]}, pictures)
    return item(problem, "all", record.get("id"), answer=answer)
