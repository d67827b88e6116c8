"""Policy: TRL's ``GRPOTrainer`` with this project's draws, rewards, advantages and tables around it.

The trainer's own dataset holds slots without content: a dataloader reads ahead, so what a step draws is decided only when its generation
begins, by then knowing all earlier outcomes. Rows of a generation are in group order, on several processes one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import torch
from accelerate.utils import gather_object
from transformers import set_seed
from trl import GRPOTrainer

from models.training.generation import Generation, Shown, generation_seed
from models.training.judge import JudgedGroup
from models.training.log import Figure
from models.training.rollout import Completion, StopReason
from models.training.sealing import SealingTrainer


def slots(generations: int, groups: int) -> Any:
    """A dataset of empty prompts, one per group of every generation."""
    from datasets import Dataset

    return Dataset.from_dict({"prompt": [""] * (generations * groups)})


def reward(completions: Sequence[Any], **_: Any) -> list[float]:
    """The trainer asks for a reward function; rewards come from ``PolicyTrainer`` itself."""
    raise RuntimeError(f"rewards of {len(completions)} completions are the judge's to give")


class PolicyTrainer(SealingTrainer, GRPOTrainer):  # type: ignore[misc]
    """A ``GRPOTrainer`` that asks a ``Generation`` what to draw and what the completions are worth."""

    def follow(self, generation: Generation) -> None:
        """Draw from and report to this generation."""
        self._generation = generation
        self._shown: list[Shown] = []
        self._judged: list[JudgedGroup] = []
        self._prompt_ids: list[list[int]] = []

    def sampler_state(self) -> dict[str, Any]:
        return self._generation.sampler.state_dict()

    def _generate_and_score_completions(self, inputs: list[Any]) -> dict[str, Any]:
        step, process = self.state.global_step + 1, self.accelerator.process_index
        began = time.perf_counter()
        self._seed = generation_seed(self.args.seed, step, process)
        set_seed(self._seed)
        self._shown = self._generation.show(step)
        own = slice(process * len(inputs), (process + 1) * len(inputs))
        output: dict[str, Any] = super()._generate_and_score_completions(self._rows()[own])
        weighted = [value for judged in self._judged for value in judged.weighted_G][own]
        output["advantages"] = torch.tensor(weighted, dtype=torch.float32, device=output["advantages"].device)
        self._finish(step, began)
        return output

    def _rows(self) -> list[dict[str, Any]]:
        return [{"prompt": shown.prompt, "images": shown.images} for shown in self._shown for _ in range(self.num_generations)]

    def _tokenize_prompts(self, prompts: list[Any]) -> Any:
        found = super()._tokenize_prompts(prompts)
        self._prompt_ids = found[0]
        return found

    def _calculate_rewards(self, inputs: Any, prompts: Any, completions: Any, completion_ids_list: list[list[int]]) -> torch.Tensor:
        del inputs, prompts, completions
        began = time.perf_counter()
        gathered: list[Completion] = gather_object(self._completions(completion_ids_list))
        self._judged = self._generation.judge(self.state.global_step + 1, self._shown, gathered)
        rewards = [reward for judged in self._judged for reward in judged.advantages.rewards_G]
        self._scoring_s = time.perf_counter() - began
        return torch.tensor([[torch.nan if one is None else one] for one in rewards], device=self.accelerator.device)

    def _completions(self, completion_ids: Sequence[list[int]]) -> list[Completion]:
        texts = self.processing_class.batch_decode(completion_ids, skip_special_tokens=True)
        image_token = self.model.config.image_token_id
        return [
            Completion(
                text=text,
                stop_reason=StopReason.END if ids and ids[-1] in self.eos_token_ids else StopReason.LENGTH,
                prompt_tokens=len(prompt),
                completion_tokens=len(ids),
                image_tokens=list(prompt).count(image_token),
                seed=self._seed,
            )
            for text, ids, prompt in zip(texts, completion_ids, self._prompt_ids, strict=True)
        ]

    def _finish(self, step: int, began: float) -> None:
        known = [reward for judged in self._judged for reward in judged.advantages.rewards_G if reward is not None]
        outcomes = [outcome for judged in self._judged for outcome in judged.group.outcomes_G if outcome is not None]
        effective = [one for judged in self._judged for one in judged.effective_G]
        self.figures = self._generation.finish(step, self._judged) | {
            Figure.EFFECTIVE: sum(effective) / len(effective),
            Figure.SCORING: self._scoring_s,
        }
        self.figures |= {name: sum(values) / len(values) for name, values in ((Figure.REWARD, known), (Figure.OUTCOME, outcomes)) if values}
        self._updating = time.perf_counter()
        self.figures[Figure.GENERATION] = self._updating - began - self._scoring_s

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if Figure.LOSS in logs:
            now = time.perf_counter()
            self.figures[Figure.UPDATE] = now - self._updating
            self._updating = now
        super().log(logs, start_time)
