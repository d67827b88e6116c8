"""Memory: what training and generating hold on each device, by the published size of the base; activations are not counted.

Weights that are trained, their gradients and AdamW's two moments have the weights' type. Where FSDP shards them each process holds its
part, and accelerate keeps what is trained in 32 bits. LoRA trains weights of its own, whose size is not counted, and needs no model to
refer to beside the one it adapts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flows.estimate.lengths import lengths
from flows.estimate.samples import most_images
from flows.recipe import Recipe
from flows.walk import PRETRAINED
from models.student.bases import FLOAT32_BYTES, KNOWN, TYPE_BYTES, Base, tiny_base
from models.training.config import FinetuneConfig, LaunchConfig, ReinforceConfig
from tasks.stage import Stage

SHARDING = "--use_fsdp"
VISION = "visual"
MOMENTS = 2
GIBIBYTE = 2**30


@dataclass(frozen=True, slots=True)
class Share:
    """Memory of one process of a training stage."""

    stage: Stage
    what: str
    bytes: float | None
    """None where the base is not known, or another program holds it."""
    how: str

    @property
    def gibibytes(self) -> float | None:
        return None if self.bytes is None else self.bytes / GIBIBYTE


def memory(recipe: Recipe) -> list[Share]:
    """What each process of the trainings holds; one row that says so where the base is not known."""
    base = base_of(recipe)
    shares = []
    for stage, config in ((Stage.FINETUNE, recipe.finetune), (Stage.REINFORCE, recipe.reinforce)):
        if config is None:
            continue
        if base is None:
            shares.append(Share(stage, "weights", None, f"the size of {recipe.student.base} is not known here"))
        else:
            held = list(_training(stage, config, recipe, base))
            shares += [*held, Share(stage, "together", sum(share.bytes or 0 for share in held), "without activations")]
    return shares


def base_of(recipe: Recipe) -> Base | None:
    """The size of the student's base; None where it is not known."""
    if recipe.student.base == PRETRAINED:
        return tiny_base(recipe.pretrain) if recipe.pretrain else None
    return KNOWN.get(recipe.student.base)


def _training(stage: Stage, config: FinetuneConfig | ReinforceConfig, recipe: Recipe, base: Base) -> Iterator[Share]:
    parts, loaded = _parts(config.launch), TYPE_BYTES.get(recipe.student.dtype, base.stored_bytes)
    width = loaded if parts == 1 else FLOAT32_BYTES
    trained = 0 if config.lora is not None else base.weights - (base.vision if VISION in config.frozen else 0)
    among = f" in {parts} parts" if parts > 1 else ""
    kept = base.weights - trained
    of_lora = "; LoRA's own are not counted" if config.lora is not None else ""
    yield Share(stage, "weights", (trained * width + kept * loaded) / parts, f"{base.weights:,} of them{among}")
    yield Share(stage, "gradients", trained * width / parts, f"{trained:,} trained, {8 * width} bits{of_lora}")
    yield Share(stage, "optimiser", MOMENTS * trained * width / parts, "two moments of each")
    if isinstance(config, ReinforceConfig):
        yield from _reinforcing(config, recipe, base, loaded)


def _reinforcing(config: ReinforceConfig, recipe: Recipe, base: Base, loaded: int) -> Iterator[Share]:
    parts = _parts(config.launch)
    if config.trl.get("beta", 0.0) and config.lora is None:
        yield Share(Stage.REINFORCE, "reference model", base.weights * loaded / parts, f"{8 * loaded} bits, since beta is not 0")
    images = most_images(recipe.ingest, config.splits, config.datasets)
    student = recipe.student.at_longest(config.dialects)
    length, rollouts = lengths(student, images), config.groups_per_step * config.rollouts_per_group // config.launch.processes
    cache = base.cache_bytes(length.whole, loaded)
    each = f"{cache / GIBIBYTE:.3g} GiB for {length.whole} tokens"
    if config.trl.get("use_vllm"):
        yield Share(Stage.REINFORCE, "keys and values", None, f"{_vllm(config.trl)}; {each}")
    else:
        yield Share(Stage.REINFORCE, "keys and values", cache * rollouts, f"{rollouts} rollouts at once, {each} without a shared prompt")


def _vllm(trl: Mapping[str, Any]) -> str:
    """Where vLLM keeps them."""
    if trl.get("vllm_mode") == "server":
        return "vLLM's server holds them, with weights of its own"
    share = trl.get("vllm_gpu_memory_utilization", 0.3)
    return f"vLLM takes {share:g} of the device for them and for weights of its own"


def _parts(launching: LaunchConfig) -> int:
    return launching.processes if SHARDING in launching.arguments else 1
