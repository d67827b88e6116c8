"""Finetune: supervised training on the conversations of an ``sft`` version, with TRL's ``SFTTrainer``.

python -m models.training.finetune --job finetune.json
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from trl import SFTTrainer

from models.training.arguments import finetune_arguments, lora_arguments
from models.training.child import run_child
from models.training.conversations import OpenImages, Order, read_conversations
from models.training.job import FinetuneJob
from models.training.log import TrainingLog
from models.training.sealing import SealingTrainer
from models.training.session import Session, open_session, publish, train


class FinetuneTrainer(SealingTrainer, SFTTrainer):  # type: ignore[misc]
    """An ``SFTTrainer`` that reads rows in a known order and says which traces each step read."""

    data_collator: Any

    def follow(self, order: Order, trace_ids: list[str]) -> None:
        """Read the rows in this order."""
        self._order, self._trace_ids = order, trace_ids
        self.data_collator = OpenImages(self.data_collator)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Write what the step read, and its figures."""
        if "loss" in logs:
            step = self.state.global_step
            self.log_rows.seen(step, [self._trace_ids[place] for place in self._order.step(step)])
        super().log(logs, start_time)

    def _get_train_sampler(self, train_dataset: Any = None) -> Order:
        del train_dataset
        return self._order


def finetune(job: FinetuneJob) -> Path:
    """Train a job to its end and return the output folder; does nothing where that exists. Raises ``TrainingError``."""
    if not job.output.exists():
        session = open_session(job)
        trainer = make_trainer(job, session)
        train(trainer, session)
        publish(trainer, session, job.output)
    return job.output


def make_trainer(job: FinetuneJob, session: Session) -> FinetuneTrainer:
    """The trainer of a job, ready to train."""
    config = job.config
    rows = read_conversations(session.store, job.sft, config.splits, session.work / "rows")
    trainer = FinetuneTrainer(
        model=session.student.model,
        args=finetune_arguments(config, session.work, session.processes),
        train_dataset=rows,
        processing_class=session.student.processor,
        peft_config=lora_arguments(config.lora),
    )
    trainer.prepare(TrainingLog(session.run, is_writer=session.is_first), job.fingerprint())
    trainer.follow(Order(len(rows), config.steps, config.batch_size, config.seed), rows["trace_id"])
    return trainer


if __name__ == "__main__":
    sys.exit(run_child(FinetuneJob, finetune))
