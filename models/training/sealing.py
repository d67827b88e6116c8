"""Sealing: what both trainers add to TRL's: sealed checkpoints and figures in the table ``metrics``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from transformers import PrinterCallback
from transformers.utils import CONFIG_NAME

from models.training.checkpoints import PREFIX, Seal, seal_checkpoint
from models.training.log import Figure, TrainingLog


class SealingTrainer:
    """A mixin that stands before a TRL trainer; give it ``log`` and ``fingerprint``, and a ``sampler_state`` where there is one."""

    log_rows: TrainingLog
    fingerprint: str
    accelerator: Any
    state: Any
    args: Any
    model: Any
    is_fsdp_enabled: bool

    def prepare(self, log: TrainingLog, fingerprint: str) -> None:
        """Tell the trainer where its rows go and whose its checkpoints are."""
        self.log_rows, self.fingerprint = log, fingerprint
        self._step_began = time.perf_counter()
        self.figures: dict[str, float] = {}
        self.remove_callback(PrinterCallback)  # type: ignore[attr-defined]

    def sampler_state(self) -> dict[str, Any]:
        """What the next draw depends on beside the tables."""
        return {}

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Write the figures of a step."""
        super().log(logs, start_time)  # type: ignore[misc]
        if Figure.LOSS in logs:
            now = time.perf_counter()
            figures = logs | self.figures | {Figure.STEP: now - self._step_began}
            self.log_rows.metrics(self.state.global_step, figures)
            self.figures, self._step_began = {}, now

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Restore whole weights by name, all of them.

        The trainer's own way takes the names in the file as they are and leaves out those that do not fit; the files of vision-language
        models hold the published names (``visual.blocks...``), not the modules' (``model.visual.blocks...``).
        """
        target = self.model if model is None else model
        if not (Path(resume_from_checkpoint) / CONFIG_NAME).exists() or self.is_fsdp_enabled:
            super()._load_from_checkpoint(resume_from_checkpoint, model)  # type: ignore[misc]
            return
        stored = type(target).from_pretrained(resume_from_checkpoint, dtype=target.dtype)
        target.load_state_dict(stored.state_dict())

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """Checkpoints are described by the store."""

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        super()._save_checkpoint(model, trial)  # type: ignore[misc]
        self.accelerator.wait_for_everyone()
        if self.accelerator.is_main_process:
            folder = Path(self.args.output_dir) / f"{PREFIX}{self.state.global_step}"
            seal_checkpoint(folder, Seal(self.state.global_step, self.fingerprint, self.sampler_state()))
        self.accelerator.wait_for_everyone()
