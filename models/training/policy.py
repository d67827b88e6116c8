"""Policy: TRL's ``GRPOTrainer`` with this project's draws, episodes, rewards, advantages and tables around it.

The trainer's own dataset holds slots without content: a dataloader reads ahead, so what a step draws is decided only when its generation
begins, by then knowing all earlier outcomes. Rows of a generation are in group order, on several processes one after the other. The
trainer is handed tokens; pictures stay in ``LossRows``, and each pass of the model asks for those of its rows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from peft import PeftModel
from transformers import set_seed
from trl import GRPOTrainer
from trl.models.utils import unwrap_model_for_generation
from trl.trainer.utils import split_tensor_dict

from models.student.encoding import Encoder, Prompt
from models.student.pictures import Picture
from models.student.plain import PlainWriter
from models.student.together import PlainTogether
from models.student.turns import Episode
from models.student.vllm import VllmWriter
from models.student.writers import make_writer
from models.student.writing import Sampling, Writer
from models.training.author import Author, episode_seed
from models.training.generation import Generation
from models.training.judge import JudgedGroup
from models.training.log import Figure
from models.training.loss_rows import LossRows
from models.training.packing import Packing, unpacked
from models.training.sealing import SealingTrainer
from models.training.updates import update_order


def slots(generations: int, groups: int) -> Any:
    """A dataset of empty prompts, one per group of every generation."""
    from datasets import Dataset

    return Dataset.from_dict({"prompt": [""] * (generations * groups)})


def reward(completions: Sequence[Any], **_: Any) -> list[float]:
    """The trainer asks for a reward function; rewards come from ``PolicyTrainer`` itself."""
    raise RuntimeError(f"rewards of {len(completions)} completions are the judge's to give")


class PolicyTrainer(SealingTrainer, GRPOTrainer):  # type: ignore[misc]
    """A ``GRPOTrainer`` that asks a ``Generation`` what to draw and what the completions are worth."""

    _last_loaded_step: int
    """Whose weights vLLM has; the trainer sets it where there is one."""

    def follow(
        self, generation: Generation, encoder: Encoder, sampling: Sampling, packs_groups: bool = True, writer: str = "shared"
    ) -> None:
        """Draw from and report to this generation; ``packs_groups`` reads rows of one prompt as one sequence where that is exact."""
        self._writer_name = writer
        self._generation, self._encoder, self._sampling = generation, encoder, sampling
        self._judged: list[JudgedGroup] = []
        self._rows = LossRows(encoder, [])
        self._now: list[int] = []
        self._samples: list[str] = []
        model = self.accelerator.unwrap_model(self.model)
        base = model.get_base_model() if isinstance(model, PeftModel) else model
        self._packing = Packing.of(base, encoder.image_token) if packs_groups else None

    def sampler_state(self) -> dict[str, Any]:
        return self._generation.streams.state_dict()

    def _generate_and_score_completions(self, inputs: list[Any]) -> dict[str, Any]:
        step, process = self.state.global_step + 1, self.accelerator.process_index
        began = time.perf_counter()
        set_seed(episode_seed(self.args.seed, step, -1, process))
        with self._writer() as writer:
            self._judged = self._generation.make(step, self._author(writer))
        made = time.perf_counter()
        own = slice(process * len(inputs), (process + 1) * len(inputs))
        self._rows = LossRows(self._encoder, self._pairs(own))
        self._now = list(range(len(inputs)))
        self._samples = [judged.group.sample.sample_id for judged in self._judged for _ in judged.group.rollouts][own]
        output: dict[str, Any] = super()._generate_and_score_completions([{"prompt": ""} for _ in inputs])
        weighted = [value for judged in self._judged for value in judged.weighted_G][own]
        output["advantages"] = torch.tensor(weighted, dtype=torch.float32, device=output["advantages"].device)
        output["rows"] = torch.tensor(self._now, device=output["advantages"].device)
        self._finish(step, began, made)
        return output

    @contextmanager
    def _writer(self) -> Iterator[Writer]:
        """The policy as it stands, ready to write."""
        if self.use_vllm:
            yield self._vllm_writer()
            return
        unwrapped = unwrap_model_for_generation(
            self.model_wrapped,
            self.accelerator,
            gather_deepspeed3_params=self.args.ds3_gather_for_generation,
            gradient_checkpointing_kwargs=self.args.gradient_checkpointing_kwargs,
        )
        with unwrapped as model, torch.no_grad(), self._dist.summon_full_params(self.model_wrapped, recurse=False):
            if self._is_parted:
                yield PlainTogether(model)
            else:
                yield PlainWriter(model) if self._writer_name == "plain" else make_writer(model)

    @property
    def _is_parted(self) -> bool:
        """Whether a pass needs weights that other processes hold; ``generate`` waits for them token by token."""
        plugin = self.accelerator.state.deepspeed_plugin
        is_gathered = plugin is None or plugin.zero_stage != 3 or self.args.ds3_gather_for_generation
        return not is_gathered or bool(self.is_fsdp_enabled)

    def _vllm_writer(self) -> Writer:
        """The trainer's own vLLM, with the weights of the step."""
        if self.state.global_step != self._last_loaded_step:
            self.vllm_generation.sync_weights()
            self._last_loaded_step = self.state.global_step
        return VllmWriter(self.vllm_generation)

    def _author(self, writer: Writer) -> Author:
        place = (self.accelerator.process_index, self.accelerator.num_processes)
        return Author(self._encoder, self._generation.pool, writer, self._sampling, self.num_generations, self.args.seed, place)

    def _pairs(self, own: slice) -> list[tuple[Prompt, Episode, tuple[Picture, ...]]]:
        """Prompt, episode and looks of these rollouts of the step, those of one group with the same prompt."""
        rollouts = [(judged.group, rollout.episode) for judged in self._judged for rollout in judged.group.rollouts][own]
        pool = self._generation.pool
        prompts: dict[str, Prompt] = {}
        pairs = []
        for group, episode in rollouts:
            images = pool.images(group.sample)
            if group.group_id not in prompts:
                prompts[group.group_id] = self._encoder.encode(group.shown.messages, images)
            crops = [pool.crops.take(images[look.image_index], look) for look in episode.looks]
            pairs.append((prompts[group.group_id], episode, self._encoder.pictures(crops)))
        return pairs

    def _generate(self, prompts: list[Any]) -> Any:
        """What the trainer would have generated: tokens, masks and texts of this process's rows."""
        episodes = self._rows.episodes
        said = [episode.logprobs for episode in episodes]
        masks = [[int(own) for own in episode.is_own] for episode in episodes]
        return (
            [list(prompt.ids) for prompt in self._rows.prompts],
            [list(episode.ids) for episode in episodes],
            None if all(all(mask) for mask in masks) else masks,
            [episode.text for episode in episodes],
            said if all(one is not None for one in said) else None,
            {},
            None,
            [[] for _ in prompts],
        )

    def _calculate_rewards(self, inputs: Any, prompts: Any, completions: Any, completion_ids_list: list[list[int]]) -> torch.Tensor:
        del inputs, prompts, completions, completion_ids_list
        rewards = [reward for judged in self._judged for reward in judged.advantages.rewards_G]
        return torch.tensor([[torch.nan if one is None else one] for one in rewards], device=self.accelerator.device)

    def _prepare_inputs(self, generation_batch: Any) -> Any:
        """The next pass's rows: those of an update are drawn by bundles, and stand group by group within it."""
        passes = self.args.steps_per_generation
        if self._step % (passes * self.num_iterations) == 0 or self._buffered_inputs is None:
            output = self._generate_and_score_completions(generation_batch)
            order = update_order(self._samples, passes, self.args.gradient_accumulation_steps)
            shuffled = {name: value[order] if value.ndim else value for name, value in output.items()}
            self._buffered_inputs: Any = split_tensor_dict(shuffled, passes)
        return self._buffered_inputs[self._step % passes]

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        self._now = inputs["rows"].tolist()
        loss: torch.Tensor = super()._compute_loss(model, inputs)
        return loss

    def _get_per_token_logps_and_entropies(
        self, model: Any, input_ids: torch.Tensor, attention_mask: torch.Tensor, logits_to_keep: int, batch_size: Any = None, **options: Any
    ) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]:
        asked = {name: bool(options.get(name)) for name in ("compute_entropy", "compute_aux_loss")}
        found = []
        for part in _slices(len(input_ids), batch_size or len(input_ids)):
            now, ids, mask = self._now[part], input_ids[part], attention_mask[part]
            packed = self._read_packed(model, now, mask[:, -logits_to_keep:], asked)
            found.append(packed or self._read_apart(model, now, ids, mask, logits_to_keep, asked))
        logps, entropies, losses = zip(*found, strict=True)
        return (
            torch.cat(logps),
            None if entropies[0] is None else torch.cat(entropies),
            None if losses[0] is None else torch.stack(losses).mean(),
        )

    def _read_apart(
        self, model: Any, rows: Sequence[int], ids: torch.Tensor, mask: torch.Tensor, logits_to_keep: int, asked: dict[str, bool]
    ) -> Any:
        ids = ids.masked_fill(mask == 0, self._tokenizer.pad_token_id)
        fields = self._rows.fields(rows, ids, mask[:, -logits_to_keep:].any(1).tolist())
        placed = {name: value.to(ids.device) if isinstance(value, torch.Tensor) else value for name, value in fields.items()}
        return super()._get_per_token_logps_and_entropies(model, ids, mask, logits_to_keep, **asked, **placed)

    def _read_packed(self, model: Any, rows: Sequence[int], read: torch.Tensor, asked: dict[str, bool]) -> Any:
        """What the trainer reads of rows apart; None where packs are no gain. ``read`` is (rows, completion tokens): which count."""
        if self._packing is None or asked["compute_aux_loss"]:
            return None
        taken = self._rows.pack_rows(rows, read.any(1).tolist())
        packs = self._packing.plan(taken)
        if not packs:
            return None
        inputs = self._packing.inputs(taken, packs)
        with self.accelerator.autocast():
            output = model(**{name: value.to(read.device) for name, value in inputs.items()}, fused_lm_head=True)
        logps, entropies = (
            None if values is None else unpacked(values, packs, taken, read.shape[1])
            for values in (output.log_probs, output.entropy if asked["compute_entropy"] else None)
        )
        return logps, entropies, None

    def _finish(self, step: int, began: float, made: float) -> None:
        self.figures = self._generation.finish(step, self._judged) | {
            Figure.SCORING: self._generation.scoring_s,
            Figure.GENERATION: made - began - self._generation.scoring_s,
        }
        self._updating = made

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if Figure.LOSS in logs:
            now = time.perf_counter()
            self.figures[Figure.UPDATE] = now - self._updating
            self._updating = now
        super().log(logs, start_time)


def _slices(length: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, length, size)]
