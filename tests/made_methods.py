"""Two more reinforcements for the store of ``tests/conftest.py``, one with pairs of streams and an archive, one with closer looks, and an
evaluation in several modes."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from data.cropping import ZoomConfig, window
from data.difficulty import fold
from data.identity import Kind, digest, entity_id
from data.rows import sample_from_row
from data.sample import Sample
from data.store import Manifest, Store
from data.trace import PlacedBox

Row = dict[str, Any]
RUNS = ("run_00000000000000000000000001", "run_00000000000000000000000002")
STEPS, ROLLOUTS = 3, 4
ZOOM = ZoomConfig(half_px=20)
GRADES = (0.0, 0.3, 0.7, 1.0)
MODES_RUN = "run_00000000000000000000000003"
MODES = ("grounded", "textual", "looks", "first_sight")
TABLES = ("rollouts", "groups", "archive", "metrics", "judgements")


def add_methods(store: Store) -> None:
    """Publish both runs, as if the finetuned checkpoint had been trained twice more before it was trained as it was."""
    made = {manifest.stage: manifest for manifest in store.manifests()}
    rows = store.read(made["ingest"].outputs["samples"]).to_pylist()
    samples = [sample_from_row(row) for row in rows if row["split"] == "train"]
    boxed = [sample for sample in samples if sample.answer_boxes and len(sample.image_ids) == 1][:3]
    for run_id, write in zip(RUNS, (_write_pairs, _write_looks), strict=True):
        _publish(store, run_id, made["finetune"], lambda step, run_id=run_id, write=write: write(store, run_id, step, boxed))  # type: ignore[misc]
    _publish_modes(store, made["evaluate"])


def _publish_modes(store: Store, answered: Manifest) -> None:
    """The last evaluation once more, in every mode: what was answered is the same but for whether it is right."""
    rows, scores = (store.read(answered.outputs[name]).to_pylist() for name in ("predictions", "scores"))
    asked = [_in_mode(row, mode, number) for mode in MODES for number, row in enumerate(rows)]
    figures = [row | {"run_id": MODES_RUN, "mode": mode} for mode in MODES for row in scores]
    parents = [version for version in answered.outputs.values() if version.table_name == "scores"]
    with store.draft(
        stage="evaluate", stage_key=digest("methods", MODES_RUN), run_id=MODES_RUN, parents=parents, config={"made": True}
    ) as draft:
        draft.add("predictions", asked)
        draft.add("scores", figures)
        draft.publish()


def _in_mode(row: Row, mode: str, number: int) -> Row:
    changed = {"run_id": MODES_RUN, "mode": mode, "prediction_id": entity_id(Kind.PREDICTION, MODES_RUN, mode, row["sample_id"])}
    return row | changed | {"correct": (number + MODES.index(mode)) % 3 > 0, "evidence_iou": number % 5 / 4 if mode == "grounded" else None}


def _publish(store: Store, run_id: str, parent: Manifest, write: Callable[[int], None]) -> None:
    run, parents = store.run(run_id), [parent.outputs["checkpoints"]]
    with store.draft(
        stage="reinforce", stage_key=digest("methods", run_id), run_id=run_id, parents=parents, config={"made": True}
    ) as draft:
        for step in range(1, STEPS + 1):
            write(step)
        draft.add("difficulty", fold(run.read("rollouts"), STEPS))
        for table_name in TABLES:
            run.fold(table_name, draft)
        draft.publish()


def _write_pairs(store: Store, run_id: str, step: int, samples: Sequence[Sample]) -> None:
    """A grounded and a textual group of each sample; from the second step on, textual rollouts have a reference."""
    chance, run = random.Random(step), store.run(run_id)
    rollouts, groups, entries = list[Row](), list[Row](), list[Row]()
    for sample in samples:
        for stream in ("grounded", "textual"):
            own = [_paired(run_id, step, sample, stream, index, chance) for index in range(ROLLOUTS)]
            rollouts += own
            groups.append(_group(step, sample, own))
        best = max((row for row in rollouts if row["stream"] == "grounded" and row["sample_id"] == sample.sample_id), key=_overlap)
        entries.append({"sample_id": sample.sample_id, "step": step, "rollout_id": best["rollout_id"], "box_reward": _overlap(best)})
    run.write_step("rollouts", step, rollouts)
    run.write_step("groups", step, groups)
    run.write_step("archive", step, entries)
    run.write_step("judgements", step, [_judged(row, step) for row in rollouts if row.get("reference_rollout_id")])
    run.write_step("metrics", step, [{"step": step, "name": "archive/entries", "value": float(len(samples))}])


def _paired(run_id: str, step: int, sample: Sample, stream: str, index: int, chance: random.Random) -> Row:
    outcome = float(chance.random() < 0.3 + 0.2 * step)
    row = _rollout(run_id, step, sample, stream, index) | {"outcome": outcome, "stop_reason": "end"}
    if stream == "grounded":
        parts = {"format": 1.0, "outcome": outcome, "box_validity": 1.0, "dual_iou": 0.3 + 0.15 * step + 0.1 * chance.random()}
        return row | {"dialect": "ivgr", "rewards": list(parts.items()), "reward": sum(parts.values())}
    reference = entity_id(Kind.ROLLOUT, run_id, step - 1, sample.sample_id, "grounded", 0) if step > 1 else None
    parts = {"format": 1.0, "outcome": outcome, "consistency": chance.choice(GRADES) if reference else 0.0}
    told = {"dialect": "textual", "reference_rollout_id": reference}
    return row | told | {"rewards": list(parts.items()), "reward": sum(parts.values())}


def _write_looks(store: Store, run_id: str, step: int, samples: Sequence[Sample]) -> None:
    chance, run = random.Random(100 + step), store.run(run_id)
    rollouts, groups = list[Row](), list[Row]()
    for number, sample in enumerate(samples):
        own = [_looking(run_id, step, sample, index, chance) for index in range(ROLLOUTS)]
        rollouts += own
        groups.append(_group(step, sample, own, decision="refilled" if number == 0 else "taken"))
    run.write_step("rollouts", step, rollouts)
    run.write_step("groups", step, groups)
    run.write_step("metrics", step, [{"step": step, "name": "seconds_generation", "value": 2.0}])


def _looking(run_id: str, step: int, sample: Sample, index: int, chance: random.Random) -> Row:
    """A question, up to three looks of which the last may lie off the image, and an answer."""
    box, image_id = (*sample.answer_boxes, *sample.evidence_boxes)[0], sample.image_ids[0]
    turns = [_turn("user", sample.question, image_id=image_id)]
    for look in range(index):
        turns += _look(box, image_id, is_lost=look == 2, chance=chance)
    turns.append(_turn("assistant", "There."))
    outcome = float(chance.random() < 0.4 + 0.1 * index)
    parts = {"format": 1.0, "point_in_box": outcome, "distinct_looks": float(max(0, index - 1))}
    said = {"turns": turns, "dialect": "vigorl_zoom", "stop_reason": ("answered", "forced", "silent", "answered")[index]}
    row = _rollout(run_id, step, sample, "single", index)
    return row | said | {"outcome": outcome, "rewards": list(parts.items()), "reward": 0.4 + 0.6 * outcome}


def _look(box: PlacedBox, image_id: str, *, is_lost: bool, chance: random.Random) -> list[Row]:
    """A call and what came of it."""
    x, y = (9999.0 if is_lost else min(box.x1 + chance.gauss(0, 20) % 100, 100.0)), min(box.y1, 100.0)
    said = {"image_id": image_id, "points": [{"image_index": 0, "x": x, "y": y, "label": None}]}
    if is_lost:
        error = "the tool call lies outside its image: (9999, 5) of image 112x112"
        return [_turn("assistant", "Look.", call_error=error, **said), _turn("user", "There is none.", call_error=error, **said)]
    crop = [float(side) for side in window(x, y, 112, 112, ZOOM)]
    return [_turn("assistant", "Look.", **said), _turn("user", "The place enlarged.", crop=crop, **said)]


def _turn(role: str, text: str, **more: Any) -> Row:
    return {"role": role, "text": text, "image_id": None, "crop": None, "points": None, "call_error": None} | more


def _rollout(run_id: str, step: int, sample: Sample, stream: str, index: int) -> Row:
    names = {"run_id": run_id, "sample_id": sample.sample_id, "stream": stream, "index": index, "step": step, "policy_step": step - 1}
    counts = {
        "prompt_tokens": 40,
        "completion_tokens": 30 + index,
        "image_tokens": 16,
        "masked": False,
        "effective": True,
        "advantage": 0.0,
    }
    return {
        "rollout_id": entity_id(Kind.ROLLOUT, run_id, step, sample.sample_id, stream, index),
        "group_id": entity_id(Kind.GROUP, run_id, step, sample.sample_id, stream),
        "text": "<think>\nThere.\n</think>",
        "mentions": [],
        **names,
        **counts,
    }


def _group(step: int, sample: Sample, own: Sequence[Row], decision: str = "taken") -> Row:
    rewards, mean = [row["reward"] for row in own], sum(row["outcome"] for row in own) / len(own)
    return {
        "step": step,
        "group_id": own[0]["group_id"],
        "sample_id": sample.sample_id,
        "stream": own[0]["stream"],
        "decision": decision,
        "draw_weight": 1.0,
        "n": len(own),
        "mean": sum(rewards) / len(own),
        "std": max(rewards) - min(rewards),
        "outcome_mean": mean,
        "loss_weight": math.exp(1 - mean),
        "effective": max(rewards) > min(rewards),
        "round": 0,
    }


def _judged(row: Row, step: int) -> Row:
    value = dict(row["rewards"])["consistency"]
    return {"subject_id": row["rollout_id"], "name": "judge_consistency", "value": value, "request_ids": [], "error": None, "step": step}


def _overlap(row: Row) -> float:
    value: float = dict(row["rewards"])["dual_iou"]
    return value
