"""A small store with every stage's outputs, made through ``data.store`` from drawn scenes, for what reads a whole pipeline."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.benchmarks.figures import Origin, score_rows
from data.dialects import get_dialect
from data.difficulty import fold
from data.identity import Kind, digest, entity_id
from data.rows import boxes_from_rows, points_from_rows, sample_to_row
from data.sample import Sample
from data.sources.config import ScenesConfig
from data.sources.problem import Problem
from data.sources.scenes import read_scenes
from data.store import Draft, Manifest, Store, Version
from data.trace import Answer, PlacedBox, Step, Trace
from models.student.config import StudentConfig

Row = dict[str, Any]
START = datetime(2026, 11, 1, 12, tzinfo=UTC)
LEFT_OUT = {"selected": False, "left_out": "repeats: step 2 points at (3, 4) as step 1 does"}
STUDENT = StudentConfig.model_validate({"view": {"space": "grid:1000"}})
"""Whose rollouts and predictions these are."""
STEPS = 6
ROLLOUTS = 8


@pytest.fixture(scope="session")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store as a whole run of every stage leaves it, with one more reinforcement still at work."""
    return build(tmp_path_factory.mktemp("made") / "store")


def build(root: Path) -> Store:
    """Every stage after the other, then a run that has not ended."""
    store = Store.open(root)
    maker = Maker(store)
    taken = maker.ingest()
    generated = maker.generate(taken)
    curated = maker.curate(taken, generated)
    published = maker.publish(taken, generated, curated)
    base = maker.checkpoint("pretrain", ())
    tuned = maker.finetune(published, base)
    strong = maker.reinforce(taken, tuned)
    maker.evaluate(taken, base, 0.3)
    maker.evaluate(taken, tuned, 0.6)
    maker.evaluate(taken, strong, 0.9)
    maker.leave_running()
    return store


class Maker:
    """Makes each stage's rows with one seeded chance."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.chance = random.Random(7)
        self.problems: list[Problem] = []
        self.clock = 0

    def ingest(self) -> Manifest:
        shares = {"point": 2.0, "box": 1.0, "choice": 1.0, "multi_image": 0.5}
        bands = {"easy": 1.0, "medium": 1.0, "hard": 1.0}
        for split, count in (("train", 24), ("test", 18)):
            config = ScenesConfig.model_validate({"count": count, "split": split, "seed": count, "tasks": shares, "bands": bands})
            self.problems += read_scenes(config)
        images = {image.image_id: image for problem in self.problems for image in problem.images}

        def fill(draft: Draft) -> None:
            draft.add("samples", [sample_to_row(problem.sample()) for problem in self.problems])
            draft.add("images", [image_row(name, image) for name, image in images.items()])
            draft.add("rejects", [self._reject(draft.run_id, number) for number in range(3)])

        return self._stage("ingest", (), fill)

    def generate(self, taken: Manifest) -> Manifest:
        def fill(draft: Draft) -> None:
            for number, sample in enumerate(self.samples("train")):
                request = self._request(draft.run_id, sample, number)
                draft.add("requests", [request])
                if request["status"] == "ok":
                    draft.add("traces", [self._trace(sample, request) | (LEFT_OUT if number == 0 else {})])
            draft.add("trees", tree_rows(self.samples("train")[0], "req_made"))

        return self._stage("generate", (taken,), fill)

    def curate(self, taken: Manifest, generated: Manifest) -> Manifest:
        def fill(draft: Draft) -> None:
            traces = self.store.read(generated.outputs["traces"]).to_pylist()
            draft.add("verdicts", [self._verdict(trace) for trace in traces])

        return self._stage("curate", (taken, generated), fill)

    def publish(self, taken: Manifest, generated: Manifest, curated: Manifest) -> Manifest:
        def fill(draft: Draft) -> None:
            kept = {row["trace_id"] for row in self.store.read(curated.outputs["verdicts"]).to_pylist() if row["kept"]}
            traces = [row for row in self.store.read(generated.outputs["traces"]).to_pylist() if row["trace_id"] in kept]
            names = {"dialect": "vigorl", "split": "train"}
            draft.add("sft", [{"trace_id": row["trace_id"], "sample_id": row["sample_id"], **names} for row in traces])

        return self._stage("publish", (taken, generated, curated), fill)

    def checkpoint(self, stage: str, parents: tuple[Manifest, ...]) -> Manifest:
        return self._stage(stage, parents, lambda draft: self._weights(draft, stage))

    def finetune(self, published: Manifest, base: Manifest) -> Manifest:
        def fill(draft: Draft) -> None:
            traces = [row["trace_id"] for row in self.store.read(published.outputs["sft"]).to_pylist()]
            run = self.store.run(draft.run_id)
            for step in range(1, STEPS + 1):
                seen = self.chance.sample(traces, min(4, len(traces)))
                run.write_step("seen", step, [{"step": step, "trace_id": trace_id} for trace_id in seen])
                run.write_step("metrics", step, [{"step": step, "name": "loss", "value": 3.0 / step + self.chance.random() / 5}])
            run.fold("seen", draft)
            run.fold("metrics", draft)
            self._weights(draft, "finetune")

        return self._stage("finetune", (published, base), fill)

    def reinforce(self, taken: Manifest, tuned: Manifest) -> Manifest:
        def fill(draft: Draft) -> None:
            run = self.store.run(draft.run_id)
            samples = self.samples("train")[:4]
            for step in range(1, STEPS + 1):
                self._train_step(run.run_id, step, samples, step / STEPS)
            draft.add("difficulty", fold(run.read("rollouts"), STEPS))
            for table_name in ("rollouts", "groups", "metrics"):
                run.fold(table_name, draft)
            self._weights(draft, "reinforce")

        return self._stage("reinforce", (taken, tuned), fill)

    def evaluate(self, taken: Manifest, model: Manifest, skill: float) -> Manifest:
        checkpoint = model.outputs["checkpoints"]

        def fill(draft: Draft) -> None:
            rows = [self._prediction(draft.run_id, checkpoint, sample, skill) for sample in self.samples("test")]
            names = (draft.run_id, checkpoint.version_id, model.stage, "scenes", "strict", "grounded")
            origin = Origin(*names, {"temperature": 0}, "prompt", taken.outputs["samples"].version_id, True)
            draft.add("predictions", rows)
            draft.add("scores", score_rows(rows, origin))

        return self._stage("evaluate", (taken, model), fill)

    def leave_running(self) -> None:
        run_id = self._run_id()
        now = datetime.now(UTC)
        self.store.run(run_id).record(stage="reinforce", recipe="made", status="running", started_at=now, heartbeat_at=now)
        for step in (1, 2):
            self._train_step(run_id, step, self.samples("train")[:4], step / STEPS)

    def samples(self, split: str) -> list[Sample]:
        return [problem.sample() for problem in self.problems if problem.split == split]

    def _stage(self, stage: str, parents: tuple[Manifest, ...], fill: Callable[[Draft], None]) -> Manifest:
        versions = [version for parent in parents for version in parent.outputs.values() if is_input(version)]
        key = digest("made", stage, [version.version_id for version in versions])
        run_id = self._run_id()
        with self.store.draft(stage=stage, stage_key=key, run_id=run_id, parents=versions, config={"made": True}) as draft:
            fill(draft)
            manifest = draft.publish()
        times = {"started_at": self._tick(0), "finished_at": self._tick(20 + self.chance.randint(0, 90))}
        self.store.run(run_id).record(stage=stage, recipe="made", status="complete", **times)
        return manifest

    def _tick(self, seconds: int) -> datetime:
        self.clock += seconds
        return START + timedelta(seconds=self.clock)

    def _run_id(self) -> str:
        self.clock += 1
        return f"run_{self.clock:026d}"

    def _weights(self, draft: Draft, stage: str) -> None:
        folder = self.store.root / "runs" / draft.run_id / "model"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(f'{{"made_by": "{stage}"}}')
        draft.add_folder("checkpoints", folder)

    def _reject(self, run_id: str, number: int) -> Row:
        reason = ("outside_image", "outside_image", "unreadable_image")[number]
        return {"run_id": run_id, "locator": f"samples.jsonl:{number}", "source": "folder", "reason": reason, "detail": "made"}

    def _request(self, run_id: str, sample: Sample, number: int) -> Row:
        is_ok = number % 7 != 3
        tokens = {"prompt_tokens": 300 + number, "completion_tokens": 60 + number, "cost_usd": 0.0004 + number / 1e5}
        return {
            "request_id": entity_id(Kind.REQUEST, run_id, number),
            "run_id": run_id,
            "sample_id": sample.sample_id,
            "provider": "embedded",
            "model": "embedded-sight",
            "purpose": "trace",
            "image_ids": list(sample.image_ids),
            "sample_index": 0,
            "status": "ok" if is_ok else "failed",
            "attempts": 1,
            "attempt_errors": [] if is_ok else ["500 Internal Server Error"],
            "started_at": self._tick(0),
            "latency_s": 0.1 + self.chance.random(),
            **tokens,
        }

    def _trace(self, sample: Sample, request: Row) -> Row:
        box = known_box(sample)
        x, y = (box.x1 + box.x2) / 2 + self.chance.gauss(0, 4), (box.y1 + box.y2) / 2 + self.chance.gauss(0, 4)
        mention = {"offset": 4, "image_index": box.image_index, "x": x, "y": y, "x2": None, "y2": None, "label": None}
        thought = f"The {box.label} is what the question asks for."
        return {
            "trace_id": entity_id(Kind.TRACE, request["request_id"]),
            "sample_id": sample.sample_id,
            "request_ids": [request["request_id"]],
            "method": "direct" if self.chance.random() < 0.7 else "rationalize",
            "teacher": "embedded-sight",
            "dialect": "vigorl",
            "candidate": 0,
            "selected": True,
            "steps": [{"thought": thought, "mentions": [mention], "zooms": []}],
            "text": f"<think>\n{thought}\n</think>",
            **self._answer(sample, 0.8, ("answer", "answer_points", "answer_boxes"))[0],
        }

    def _verdict(self, trace: Row) -> Row:
        failed = self.chance.choice([[], [], ["answer_correct"], ["length", "point_hit"]])
        return {
            "trace_id": trace["trace_id"],
            "sample_id": trace["sample_id"],
            "kept": not failed,
            "reason": failed[0] if failed else None,
            "failed": failed,
            "rules_hash": "made",
            "answer_correct": "answer_correct" not in failed,
        }

    def _train_step(self, run_id: str, step: int, samples: list[Sample], skill: float) -> None:
        run = self.store.run(run_id)
        run.path.mkdir(parents=True, exist_ok=True)
        (run.path / "job.json").write_text(json.dumps({"student": STUDENT.model_dump(mode="json")}))
        rollouts = [self._rollout(run_id, step, sample, index, skill) for sample in samples for index in range(ROLLOUTS)]
        run.write_step("rollouts", step, rollouts)
        run.write_step("groups", step, [self._group(step, sample, rollouts) for sample in samples])
        values = {"loss": 0.1 / step, "kl": 0.01 * step, "seconds_generation": 2.0}
        run.write_step("metrics", step, [{"step": step, "name": name, "value": value} for name, value in values.items()])

    def _rollout(self, run_id: str, step: int, sample: Sample, index: int, skill: float) -> Row:
        sudden, hopeless = (one.sample_id for one in self.samples("train")[:2])
        lucky = {sudden: float(step > STEPS / 2), hopeless: 0.0}.get(sample.sample_id, skill)
        answer, correct = self._answer(sample, lucky, ("answer", "answer_points", "answer_boxes"))
        group_id = entity_id(Kind.GROUP, run_id, step, sample.sample_id)
        box = known_box(sample)
        mention = {"offset": 0, "image_index": box.image_index, "x": box.x1 + 9 * self.chance.random(), "y": box.y1 + 2, "label": None}
        wellformed = float(self.chance.random() < 0.8)
        outcome = float(correct)
        return {
            "rollout_id": entity_id(Kind.ROLLOUT, run_id, step, group_id, index),
            "run_id": run_id,
            "step": step,
            "policy_step": step - 1,
            "group_id": group_id,
            "index": index,
            "sample_id": sample.sample_id,
            "stream": "single",
            "dialect": "vigorl",
            "text": self._said(sample, box, answer) + ("" if wellformed else " so"),
            "mentions": [mention] * (1 + index % 3),
            "stop_reason": "stop",
            "rewards": [("format", wellformed), ("point_in_box", outcome)],
            "reward": outcome + wellformed / 2,
            "outcome": outcome,
            "advantage": outcome - skill,
            "masked": False,
            "effective": True,
            "prompt_tokens": 40,
            "completion_tokens": 30 + index,
            "image_tokens": 16,
            **answer,
        }

    def _said(self, sample: Sample, box: PlacedBox, answer: Row) -> str:
        sizes = {
            name: (image.width, image.height)
            for problem in self.problems
            for name, image in zip(problem.sample().image_ids, problem.images, strict=True)
        }
        said = Answer(answer["answer"], points_from_rows(answer["answer_points"]), boxes_from_rows(answer["answer_boxes"]))
        frames = STUDENT.view.frames([sizes[image_id] for image_id in sample.image_ids])
        return get_dialect("vigorl").render(Trace((Step(f"The {box.label} is there."),), said), frames, sample.task)

    def _group(self, step: int, sample: Sample, rollouts: list[Row]) -> Row:
        own = [row for row in rollouts if row["sample_id"] == sample.sample_id]
        rewards = [row["reward"] for row in own]
        return {
            "step": step,
            "group_id": own[0]["group_id"],
            "sample_id": sample.sample_id,
            "stream": "single",
            "decision": "taken",
            "draw_weight": 1.0,
            "n": len(own),
            "mean": sum(rewards) / len(own),
            "std": (max(rewards) - min(rewards)) / 2,
            "outcome_mean": sum(row["outcome"] for row in own) / len(own),
            "loss_weight": 1.0,
            "effective": max(rewards) > min(rewards),
        }

    def _prediction(self, run_id: str, checkpoint: Version, sample: Sample, skill: float) -> Row:
        answer, correct = self._answer(sample, skill, ("answer", "points", "boxes"))
        is_box = sample.task == "box"
        return {
            "prediction_id": entity_id(Kind.PREDICTION, run_id, sample.sample_id),
            "run_id": run_id,
            "checkpoint_id": checkpoint.version_id,
            "model": checkpoint.stage,
            "benchmark": "scenes",
            "protocol": "strict",
            "mode": "grounded",
            "sample_id": sample.sample_id,
            "text": "<think>\nThere.\n</think>",
            "correct": correct,
            "iou": (0.8 if correct else 0.1) if is_box else None,
            "parse_error": None,
            "category": "multi_image" if len(sample.image_ids) > 1 else str(sample.task),
            "difficulty_band": sample.difficulty_band,
            "settings_hash": "made",
            **answer,
        }

    def _answer(self, sample: Sample, skill: float, names: tuple[str, str, str]) -> tuple[Row, bool]:
        is_right = self.chance.random() < skill
        text, points, boxes = names
        box = known_box(sample)
        shift = 1.0 if is_right else 45.0
        if sample.task == "choice":
            return {text: sample.answer if is_right else "nowhere", points: [], boxes: []}, is_right
        if sample.task == "box":
            corners = {"x1": box.x1 + shift, "y1": box.y1, "x2": box.x2 + shift, "y2": box.y2}
            return {text: None, points: [], boxes: [{"image_index": box.image_index, **corners, "label": None, "role": None}]}, is_right
        center = {"x": (box.x1 + box.x2) / 2 + shift, "y": (box.y1 + box.y2) / 2}
        return {text: None, points: [{"image_index": box.image_index, **center, "label": None}], boxes: []}, is_right


def tree_rows(sample: Sample, request_id: str) -> list[Row]:
    """A search of two steps: one to an answer with a right and a wrong rollout beside it, and one that was dropped."""
    tree_id = entity_id(Kind.TREE, sample.sample_id)
    said = {"mentions": [{"offset": 7, "image_index": 0, "x": 30.0, "y": 40.0, "x2": None, "y2": None, "label": None}], "zooms": []}
    rows: list[Row] = [
        {"node_id": "nod_root", "kind": "root", "depth": 0, "visits": 4, "value": 0.75, "status": "ok"},
        {"node_id": "nod_a", "parent_id": "nod_root", "kind": "thought", "depth": 1, "thought": "A thing stands here.", **said}
        | {"visits": 4, "value": 0.75, "status": "ok", "number": 0, "request_ids": [request_id]},
        {"node_id": "nod_b", "parent_id": "nod_root", "kind": "thought", "depth": 1, "thought": "A thing again.", "status": "duplicate"}
        | {"number": 1},
        {"node_id": "nod_c", "parent_id": "nod_a", "kind": "answer", "depth": 2, "answer": "left", "visits": 2, "value": 1.0, "reward": 1.0}
        | {"status": "ok", "number": 0},
    ]
    for number, reward in enumerate((1.0, 0.0)):
        steps = [{"thought": f"Way {number}.", "mentions": [], "zooms": []}]
        row = {"node_id": f"nod_a/{number}", "parent_id": "nod_a", "kind": "rollout", "depth": 2, "number": number, "reward": reward}
        rows.append(row | {"status": "ok", "steps": steps, "answer": "left" if reward else "right"})
    return [{"tree_id": tree_id, "sample_id": sample.sample_id} | row for row in rows]


def is_input(version: Version) -> bool:
    return version.table_name in {"samples", "images", "traces", "verdicts", "sft", "checkpoints"}


def known_box(sample: Sample) -> PlacedBox:
    return (sample.answer_boxes or sample.evidence_boxes)[0]


def image_row(name: str, image: Any) -> Row:
    size = {"width": image.width, "height": image.height}
    return {"image_id": name, "bytes": image.stored, "path": None, "format": image.format, **size}
