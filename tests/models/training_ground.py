"""A store with drawn scenes and conversations about them, a small random student, and the jobs that train it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.identity import Kind, entity_id
from data.rows import sample_to_row
from data.sources.config import ScenesConfig
from data.sources.problem import Problem
from data.sources.scenes import read_scenes
from data.store import Store
from models.student.config import StudentConfig
from models.training.config import FinetuneConfig, ReinforceConfig
from models.training.job import FinetuneJob, ReinforceJob
from tests.models.folders import build_folder, view


@dataclass(frozen=True)
class Ground:
    """Where trainings of a test happen; a job of one name has a run and an output of that name."""

    root: Path
    store: Store
    student: StudentConfig
    versions: dict[str, str]

    def finetune_job(self, name: str = "out", **config: Any) -> FinetuneJob:
        settings = FinetuneConfig.model_validate({"steps": 3, "batch_size": 4, "launch": {"threads": 1}} | config)
        return FinetuneJob(**self._common(name), sft=self.versions["sft"], config=settings)

    def reinforce_job(self, name: str = "out", **config: Any) -> ReinforceJob:
        shape = {"steps": 3, "groups_per_step": 2, "rollouts_per_group": 4, "launch": {"threads": 1}}
        rewards = {"format": 0.5, "outcome": 1.0, "random": 1.0}
        settings = ReinforceConfig.model_validate(shape | {"rewards": rewards, "trl": {"learning_rate": 1e-2}} | config)
        inputs = {"samples": self.versions["samples"], "images": self.versions["images"]}
        return ReinforceJob(**self._common(name), **inputs, config=settings)

    def _common(self, name: str) -> dict[str, Any]:
        paths = {"store": self.store.root, "output": self.root / name}
        return paths | {"run_id": f"run_{name}", "model": str(self.root / "student"), "student": self.student}


TASKS = {"point": 2.0, "box": 1.0, "choice": 1.0}


def make_ground(
    root: Path, architecture: str = "qwen2_5_vl", side: int = 56, count: int = 12, tasks: dict[str, float] | None = None
) -> Ground:
    """A ground with a student that sees ``side`` x ``side`` pixels; ``tasks`` are shares of those that scenes are drawn for."""
    store = Store.open(root / "store")
    config = ScenesConfig.model_validate({"count": count, "tasks": tasks or TASKS})
    problems = list(read_scenes(config))
    images = {image.image_id: image for problem in problems for image in problem.images}
    with store.draft(stage="ingest", stage_key="ground", run_id="run_ground") as draft:
        draft.add("samples", [sample_to_row(problem.sample()) for problem in problems])
        draft.add("images", [_image_row(name, image) for name, image in images.items()])
        draft.add("sft", [conversation_row(problem) for problem in problems])
        outputs = draft.publish().outputs
    build_folder(root / "student", architecture, side)
    student = StudentConfig(base="random", view=view(side), max_new_tokens=8)
    return Ground(root, store, student, {name: version.version_id for name, version in outputs.items()})


def conversation_row(problem: Problem) -> dict[str, Any]:
    """A conversation that names the answer."""
    sample = problem.sample()
    blocks: list[dict[str, Any]] = [{"type": "image"} for _ in problem.images]
    reply = f"<think>\nThere.\n</think>\n<answer>{sample.answer or '(50, 50)'}</answer>"
    return {
        "trace_id": entity_id(Kind.TRACE, sample.sample_id),
        "dialect": "vigorl",
        "sample_id": sample.sample_id,
        "split": "train",
        "messages": [
            {"role": "user", "content": [*blocks, {"type": "text", "text": sample.question}]},
            {"role": "assistant", "content": [{"type": "text", "text": reply}]},
        ],
        "images": [{"bytes": image.stored, "path": None} for image in problem.images],
    }


def _image_row(name: str, image: Any) -> dict[str, Any]:
    return {"image_id": name, "bytes": image.stored, "path": None, "format": image.format, "width": image.width, "height": image.height}
