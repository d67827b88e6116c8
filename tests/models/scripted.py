"""Scripted: a reinforcement whose completions follow step and place alone, so that any number of processes is given the same ones.

python -m torch.distributed.run --nproc_per_node 2 -m tests.models.scripted --job reinforce.json
"""

from __future__ import annotations

import sys
from typing import Any

from models.training import reinforce as training
from models.training.child import run_child
from models.training.job import ReinforceJob
from models.training.policy import PolicyTrainer

TEXTS = (
    "<think>\nThere.\n</think>\n<answer>(500, 500)</answer>",
    "<think>\nThe circle is at the left.\n</think>\n<answer>left</answer>",
    "<think>\nHere.\n</think>\n<answer>(100, 100, 700, 800)</answer>",
    "There is nothing",
    "<answer>(250, 750)</answer>",
)


class ScriptedTrainer(PolicyTrainer):
    """A ``PolicyTrainer`` that is told what to say."""

    def _generate_single_turn(self, prompt_ids: list[Any], *_: Any, **__: Any) -> tuple[list[list[int]], None]:
        first = self.accelerator.process_index * len(prompt_ids)
        return [self._said(self.state.global_step, first + place) for place in range(len(prompt_ids))], None

    def _said(self, step: int, place: int) -> list[int]:
        tokenizer = self.processing_class.tokenizer
        ids: list[int] = tokenizer(TEXTS[(3 * step + place * place) % len(TEXTS)], add_special_tokens=False)["input_ids"]
        return [*ids, tokenizer.eos_token_id]


if __name__ == "__main__":
    vars(training)["PolicyTrainer"] = ScriptedTrainer
    sys.exit(run_child(ReinforceJob, training.reinforce))
