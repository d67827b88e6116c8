"""Scripted streams: a reinforcement in two streams whose completions follow the prompt's stream and the seed alone.

python -m torch.distributed.run --nproc_per_node 2 -m tests.models.scripted_streams --job reinforce.json
"""

from __future__ import annotations

import sys

from models.student.writing import Request
from models.training import reinforce as training
from models.training.child import run_child
from models.training.job import ReinforceJob
from tests.models.scripted import ScriptedTrainer

ANSWERS = ("left", "right", "above", "below")
THOUGHTS = ("The red circle {place} is there.", "A blue square {place} lies at the side.", "The green cross {place} is small.")
PLACES = ("<box>[0,0,999,999]</box>", "<box>[100,100,700,700]</box>", "<box>[300,0,900,500]</box>")


def said(seed: int, is_grounded: bool) -> str:
    """A thought and an answer; every eleventh text has no thought, and every seventh textual one names a place."""
    place = PLACES[seed // 3 % 3] if is_grounded or seed % 7 == 0 else ""
    thought = "" if seed % 11 == 0 else THOUGHTS[seed % 3].format(place=place).replace("  ", " ")
    return f"<think>\n{thought}\n</think>\n<answer>{ANSWERS[seed // 9 % 4]}</answer>"


class ScriptedStreams(ScriptedTrainer):
    """A ``PolicyTrainer`` that is told what to say, with a place where the prompt asks for some."""

    def _script(self, request: Request) -> str:
        return said(request.seed, "<box>" in self.processing_class.tokenizer.decode(request.prompt.ids))


if __name__ == "__main__":
    vars(training)["PolicyTrainer"] = ScriptedStreams
    sys.exit(run_child(ReinforceJob, training.reinforce))
