"""The two trainers that ``bench.grpo`` compares, each in a process of its own.

    python -m bench.grpo_arms stock|ours JOB

A line on standard input lets it take a step; a line of JSON on standard output tells the step's seconds, tokens and peak memory.
"""

from __future__ import annotations

import dataclasses
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, TrainerCallback

from data.conversation import prompt_messages
from data.rows import sample_from_row
from data.store import Store
from data.store.images import ImageReader
from models.student.load import load_student
from models.student.writing import picture_tokens
from models.training.arguments import reinforce_arguments
from models.training.child import silence
from models.training.job import ReinforceJob, read_job
from models.training.reinforce import make_trainer, padded_left
from models.training.session import open_session

Clock = dict[str, float]
MB = 2**20


class Steps(TrainerCallback):  # type: ignore[misc]
    """Lets each step wait for a line, and tells what it took."""

    def __init__(self, spent: Clock) -> None:
        self._spent = spent
        self._began: Clock = {}

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        sys.stdin.readline()
        self._spent.clear()
        self._began = now()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        told = {"tokens": self._spent["tokens"], "peak_mb": peak_mb()}
        for clock, end in now().items():
            spent = {name: self._spent[f"{name} {clock}"] for name in ("generation", "making", "passes")}
            step = end - self._began[clock]
            scoring, loss = spent["making"] - spent["generation"], spent["passes"] - spent["making"]
            phases = {"generation": spent["generation"], "scoring": scoring, "loss": loss, "update": step - spent["passes"], "step": step}
            told |= {f"{name} {clock}": seconds for name, seconds in phases.items()}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def stock(job: ReinforceJob, spent: Clock) -> Any:
    """TRL's own trainer."""
    from datasets import Dataset
    from trl import GRPOTrainer

    torch.set_num_threads(job.config.launch.threads)
    student = load_student(job.model, job.student)
    store = Store.open(job.store)
    images = ImageReader(store, store.resolve("images", job.images))
    samples = [sample_from_row(row) for row in store.read(store.resolve("samples", job.samples)).to_pylist()]
    prompts = [prompt_messages(sample, job.student.prompt, job.student.dialect) for sample in samples]
    rows = {
        "prompt": [[{"role": "user", "content": messages[0]["content"][-1]["text"]}] for messages in prompts],
        "images": [[images.open(image_id) for image_id in sample.image_ids] for sample in samples],
    }
    arguments = reinforce_arguments(job.config, job.student.max_new_tokens, job.output.parent / "stock", 1)
    arguments.generation_kwargs = {"suppress_tokens": never_written(student.model, student.processor.tokenizer)}
    trainer = GRPOTrainer(
        model=student.model,
        reward_funcs=lambda completions, **_: [random.random() for _ in completions],
        args=arguments,
        train_dataset=Dataset.from_dict(rows),
        processing_class=student.processor,
    )
    trainer.remove_callback(PrinterCallback)
    clocked(trainer, "_generate", "generation", spent)
    return trainer


def ours(job: ReinforceJob, spent: Clock) -> Any:
    """This project's trainer on the same job; its tables are written."""
    trainer = make_trainer(job, open_session(job))
    suppressed = tuple(never_written(trainer.model, trainer.processing_class.tokenizer))
    trainer._sampling = dataclasses.replace(trainer._sampling, suppressed=suppressed)
    clocked(trainer._generation, "make", "generation", spent, lambda _: judged(trainer))
    return trainer


ARMS = {"stock": stock, "ours": ours}


def never_written(model: Any, tokenizer: Any) -> list[int]:
    """Tokens that stand for pictures, and the one that ends a turn, so that every completion has the same length."""
    return sorted({*picture_tokens(model.config), tokenizer.eos_token_id})


def clocked(owner: Any, method: str, name: str, spent: Clock, further: Callable[[Any], Clock] = lambda _: {}) -> None:
    """Add what every call of a method takes to a clock, and what there is to say of its answer."""
    called = getattr(owner, method)

    def call(*arguments: Any, **options: Any) -> Any:
        began = now()
        answer = called(*arguments, **options)
        taken = {f"{name} {clock}": end - began[clock] for clock, end in now().items()}
        for key, amount in (*taken.items(), *further(answer).items()):
            spent[key] = spent.get(key, 0.0) + amount
        return answer

    setattr(owner, method, call)


def judged(trainer: Any) -> Clock:
    """What judging took, which is no part of generation."""
    return {f"generation {clock}": -trainer._generation.scoring_s for clock in now()}


def now() -> Clock:
    """Seconds by the wall and of all this process's threads, once a GPU has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return {"wall": time.perf_counter(), "cpu": time.process_time()}


def peak_mb() -> float:
    """The most memory so far: of the GPU where there is one, else of the process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arm: str, path: Path) -> None:
    """Train as long as there are lines."""
    silence()
    spent: Clock = {}
    trainer = ARMS[arm](read_job(ReinforceJob, path), spent)
    clocked(trainer, "_generate_and_score_completions", "making", spent, lambda made: {"tokens": read_tokens(made)})
    clocked(trainer, "training_step", "passes", spent)
    trainer.add_callback(Steps(spent))
    with padded_left(trainer.processing_class.tokenizer):
        trainer.train()


def read_tokens(made: dict[str, Any]) -> float:
    """Tokens of all prompts and completions."""
    return float(made["prompt_mask"].sum() + made["completion_mask"].sum())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
