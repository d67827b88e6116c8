"""Fields: what TRL's and peft's configurations may be given, and which of their fields something else decides.

A *reserved* field is decided by another key of the section or by the training itself. To import those libraries takes seconds and loads
torch, so the names are read off their source, for recipes to be checked when they are read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from models.training.errors import TrainingError

RESERVED = {
    "max_steps": "steps",
    "num_train_epochs": "steps",
    "seed": "seed",
    "data_seed": "seed",
    "save_steps": "checkpoint_every",
    "save_strategy": "checkpoint_every",
    "peft_config": "lora",
    "output_dir": "the job",
    "resume_from_checkpoint": "the job",
    "disable_tqdm": "the child, which shows nothing",
    "remove_unused_columns": "the child",
    "logging_steps": "the child, which writes every step",
    "logging_strategy": "the child, which writes every step",
    "eval_strategy": "the stage evaluate",
    "do_eval": "the stage evaluate",
    "save_only_model": "the child",
    "load_best_model_at_end": "the stage evaluate",
    "push_to_hub": "nothing here: a checkpoint is published to the store",
    "assistant_only_loss": "the child",
}
RESERVED_FINETUNE = RESERVED | {
    "packing": "the child",
    "padding_free": "the child",
    "train_sampling_strategy": "seed",
    "shuffle_dataset": "seed",
}
RESERVED_REINFORCE = RESERVED | {
    "num_generations": "rollouts_per_group",
    "generation_batch_size": "groups_per_step",
    "steps_per_generation": "groups_per_step",
    "reward_weights": "rewards",
    "multi_objective_aggregation": "rewards",
    "max_completion_length": "student.max_new_tokens",
    "shuffle_dataset": "sampler",
    "log_completions": "the child, which writes the table rollouts",
    "generation_kwargs": "the fields temperature, top_p, top_k, min_p and repetition_penalty",
    "sync_ref_model": "nothing here: a moving reference would be in no checkpoint",
}
"""Field to what decides it."""


class Class(NamedTuple):
    """Where a class is written."""

    package: str
    file: str
    name: str


TRAINING = (Class("trl", "trainer/base_config.py", "_BaseConfig"), Class("transformers", "training_args.py", "TrainingArguments"))


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a table of a recipe is handed to."""

    lineage: tuple[Class, ...]
    """The class itself, then those that it has fields of."""
    reserved: Mapping[str, str]

    @property
    def name(self) -> str:
        """Of the class itself."""
        return self.lineage[0].name

    @property
    def fields(self) -> frozenset[str]:
        """All that it takes."""
        return _fields(self.lineage)

    def check(self, given: Iterable[str]) -> None:
        """Raises ``TrainingError`` naming a field that is reserved, or unknown with what is spelt nearly so."""
        for name in given:
            if name in self.reserved:
                raise TrainingError(f"{name} is decided by {self.reserved[name]}")
            if name not in self.fields:
                near = get_close_matches(name, self.fields, n=1)
                raise TrainingError(f"{name} is no field of {self.name}" + (f"; is it {near[0]}?" if near else ""))


SFT = Configuration((Class("trl", "trainer/sft_config.py", "SFTConfig"), *TRAINING), RESERVED_FINETUNE)
GRPO = Configuration((Class("trl", "trainer/grpo_config.py", "GRPOConfig"), *TRAINING), RESERVED_REINFORCE)
PEFT = tuple(Class("peft", "config.py", name) for name in ("PeftConfig", "PeftConfigMixin"))
LORA = Configuration((Class("peft", "tuners/lora/config.py", "LoraConfig"), *PEFT), {})


@cache
def _fields(lineage: tuple[Class, ...]) -> frozenset[str]:
    return frozenset(name for one in lineage for name in _written(one))


def _written(one: Class) -> Iterator[str]:
    """The fields that a dataclass writes down itself, but for those that are not given."""
    spec = find_spec(one.package)
    if spec is None or spec.origin is None:
        raise TrainingError(f"{one.package} is not installed")
    for node in ast.parse((Path(spec.origin).parent / one.file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name == one.name:
            yield from (_name(field) for field in node.body if isinstance(field, ast.AnnAssign) and _is_given(field))


def _name(field: ast.AnnAssign) -> str:
    return ast.unparse(field.target)


def _is_given(field: ast.AnnAssign) -> bool:
    if "ClassVar" in ast.unparse(field.annotation):
        return False
    keywords = field.value.keywords if isinstance(field.value, ast.Call) else []
    return not any(word.arg == "init" and ast.unparse(word.value) == "False" for word in keywords)
