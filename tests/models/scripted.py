"""Scripted: a reinforcement whose completions follow step and place alone, so that any number of processes is given the same ones.

python -m torch.distributed.run --nproc_per_node 2 -m tests.models.scripted --job reinforce.json
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from models.student.writing import Request, Sampling, Writer, Written
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


class ScriptedWriter:
    """Says what its script makes of a request."""

    def __init__(self, tokenizer: Any, script: Callable[[Request], str]) -> None:
        self.tokenizer, self.script = tokenizer, script

    def write(self, requests: Sequence[Request], sampling: Sampling) -> list[Written]:
        return [self._said(request, sampling) for request in requests]

    def _said(self, request: Request, sampling: Sampling) -> Written:
        ids: list[int] = self.tokenizer(self.script(request), add_special_tokens=False)["input_ids"]
        return Written((*ids, sampling.ends[0]), has_ended=True)


class ScriptedTrainer(PolicyTrainer):
    """A ``PolicyTrainer`` that is told what to say."""

    @contextmanager
    def _writer(self) -> Iterator[Writer]:
        yield ScriptedWriter(self.processing_class.tokenizer, self._script)

    def _script(self, request: Request) -> str:
        """What the seed of a request chooses."""
        return TEXTS[request.seed % len(TEXTS)]


if __name__ == "__main__":
    vars(training)["PolicyTrainer"] = ScriptedTrainer
    sys.exit(run_child(ReinforceJob, training.reinforce))
