"""Judge a million traces by five rules, beside a Python loop over their texts.

    python -m bench.curate [--traces 1000000] [--loop 50000 | --full]

Prints JSON: seconds, and seconds of all cores, for rows in memory; seconds from a store's files, as the stage reads them, files
verified; the loop's seconds, measured on ``--loop`` rows and scaled or with ``--full`` on all; the ratios; and the largest memory of a
process that judges from files.

The rules are: answer correct, box IoU, point hit, length, duplicate. The loop does what the published reward functions do with a
completion: regular expressions find the blocks, the boxes and the points in the text, ``json`` reads a box, loops over boxes and points
compare them with the known ones, and a set holds what was said. Ours judges columns that were parsed when the traces were made, takes all
figures of ``verdicts`` and not just those that the five rules need, and makes the table. Both must keep the same traces.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data.columns import BOX, MENTION, POINT, STEP
from data.curation.rules import get_rules
from data.curation.verdicts import judge_traces
from data.scoring.ragged import offsets_of
from data.store import Store
from data.tables import TABLES
from models.student.config import StudentConfig
from tasks.config import CurateStageConfig
from tasks.curate import judge_version
from tasks.run import StageRun
from tasks.stage import Order, Stage

RULES: dict[str, dict[str, Any]] = {
    "answer_correct": {},
    "box_iou": {"minimum": 0.5},
    "point_hit": {"minimum": 0.5},
    "length": {"minimum_characters": 200, "maximum_characters": 420},
    "duplicate": {},
}
TRACES_PER_SAMPLE = 4
SAMPLES_PER_IMAGE = 4
STEPS = 3
KNOWN = 2
WIDTH, HEIGHT = 640, 480
REPEATED = 0.05
"""Share of traces that repeat the one before, in other case and spacing."""
WORDS = (
    "the",
    "red",
    "circle",
    "lies",
    "left",
    "of",
    "small",
    "blue",
    "square",
    "near",
    "its",
    "upper",
    "edge",
    "while",
    "another",
    "shade",
)
BLOCKS = re.compile(r"<think>(.*?)</think>\s*<answer>(.*?)</answer>", re.DOTALL)
BOXES = re.compile(r"<box>(.*?)</box>")
POINTS = re.compile(r"\((\d+), ?(\d+)\)")
Known = tuple[list[list[int]], str, str]
"""Of a sample: its boxes, the answer's first; its task; its answer."""


def draw(traces: int) -> dict[str, Any]:
    """Numbers of everything that is drawn. Named places lie near the known ones as often as not."""
    chance = np.random.default_rng(7)
    samples = -(-traces // TRACES_PER_SAMPLE)
    corners = chance.integers(0, (WIDTH - 200, HEIGHT - 200), (samples, KNOWN, 2))
    known = np.concatenate([corners, corners + chance.integers(60, 200, (samples, KNOWN, 2))], axis=2)
    owner = np.arange(traces) // TRACES_PER_SAMPLE
    repeated = np.flatnonzero((chance.random(traces) < REPEATED) & (np.arange(traces) % TRACES_PER_SAMPLE > 0))
    targets = known[owner][:, np.arange(STEPS) % KNOWN]
    shift = chance.choice([3, 15, 90], (traces, STEPS, 1), p=[0.5, 0.3, 0.2])
    boxes = np.maximum(targets + np.rint(shift * chance.uniform(-1, 1, (traces, STEPS, 4))).astype(int), 0)
    boxes[..., 2:] = np.maximum(boxes[..., 2:], boxes[..., :2] + 1)
    middles = (targets[..., :2] + targets[..., 2:]) // 2
    points = np.maximum(middles + np.rint(2 * shift * chance.uniform(-1, 1, (traces, STEPS, 2))).astype(int), 0)
    answers = np.minimum(boxes[:, 0], (WIDTH, HEIGHT, WIDTH, HEIGHT))
    words, choices = chance.integers(0, len(WORDS), (traces, STEPS, 10)), chance.integers(0, 3, traces)
    for column in (boxes, points, answers, words, choices):
        for row in repeated:
            column[row] = column[row - 1]
    return {"known": known, "owner": owner, "repeated": repeated, "boxes": boxes, "points": points, "answers": answers} | {
        "words": words,
        "choices": choices,
    }


def task_of(sample: int) -> str:
    """Half ask for a box, a quarter for a point, a quarter for a choice."""
    return ("box", "point", "box", "choice")[sample % 4]


CHOICES = ["Left of it", "right of it", "above it"]


def texts(drawn: dict[str, Any]) -> list[str]:
    """What a teacher wrote, in iVGR's form, with points beside the boxes."""
    repeated, said = set(drawn["repeated"].tolist()), []
    columns = (drawn[name].tolist() for name in ("owner", "boxes", "points", "answers", "words", "choices"))
    for row, (owner, boxes, points, answer, words, choice) in enumerate(zip(*columns, strict=True)):
        steps = [
            f"{' '.join([WORDS[word] for word in line])} <box>{json.dumps(box)}</box> ({x}, {y})."
            for line, box, (x, y) in zip(words, boxes, points, strict=True)
        ]
        task = task_of(owner)
        told = CHOICES[choice] if task == "choice" else json.dumps(answer) if task == "box" else f"({answer[0]}, {answer[1]})"
        text = "<think>\n" + "\n".join(steps) + f"\n</think>\n<answer>{told}</answer>"
        said.append(text.replace("the ", "The  ") if row in repeated else text)
    return said


def sample_table(drawn: dict[str, Any]) -> tuple[pa.Table, pa.Table]:
    """Rows of ``samples`` and of ``images``."""
    known = drawn["known"]
    count = len(known)
    image_ids = [f"img_{row // SAMPLES_PER_IMAGE:020d}" for row in range(count)]
    tasks = [task_of(row) for row in range(count)]
    columns: dict[str, Any] = {
        "sample_id": pa.array([f"smp_{row:020d}" for row in range(count)]),
        "split": pa.repeat("train", count),
        "task": pa.array(tasks),
        "image_ids": lists(np.ones(count), pa.array(image_ids)),
        "choices": pa.array([CHOICES if task == "choice" else [] for task in tasks]),
        "answer": pa.array([CHOICES[row % 3] if task == "choice" else None for row, task in enumerate(tasks)]),
        "boxes": listed(known, BOX, ["x1", "y1", "x2", "y2"], role=pa.array(["answer", "evidence"] * count)),
    }
    distinct = sorted(set(image_ids))
    images: dict[str, list[Any]] = {"image_id": distinct, "width": [WIDTH] * len(distinct), "height": [HEIGHT] * len(distinct)}
    return whole("samples", columns, count), whole("images", {name: pa.array(values) for name, values in images.items()}, len(distinct))


def trace_table(drawn: dict[str, Any], said: Sequence[str]) -> pa.Table:
    """Rows of ``traces``, as they were parsed when they were made."""
    count, owner = len(said), drawn["owner"]
    task = np.array(["box", "point", "box", "choice"])[owner % 4]
    places = np.stack([np.pad(drawn["points"], ((0, 0), (0, 0), (0, 2))), drawn["boxes"]], axis=2).reshape(count * STEPS, 2, 4)
    is_point = np.tile([True, False], count * STEPS)
    mentions = listed(places, MENTION, ["x", "y", "x2", "y2"], masked={"x2": is_point, "y2": is_point})
    thoughts = pa.array([" ".join([WORDS[word] for word in line]) for words in drawn["words"].tolist() for line in words])
    zooms = lists(np.zeros(count * STEPS), pa.array([], POINT))
    steps = pa.StructArray.from_arrays([thoughts, mentions, zooms], fields=list(STEP))
    told = pa.array([CHOICES[choice] if kind == "choice" else None for choice, kind in zip(drawn["choices"].tolist(), task, strict=True)])
    columns = {
        "trace_id": pa.array([f"trc_{row:020d}" for row in range(count)]),
        "sample_id": pa.array([f"smp_{row:020d}" for row in owner.tolist()]),
        "method": pa.repeat("direct", count),
        "dialect": pa.repeat("ivgr", count),
        "steps": lists(np.full(count, STEPS), steps),
        "answer": told,
        "answer_points": listed(drawn["answers"][:, None, :2], POINT, ["x", "y"], wanted=task == "point"),
        "answer_boxes": listed(drawn["answers"][:, None], BOX, ["x1", "y1", "x2", "y2"], wanted=task == "box"),
        "text": pa.array(said),
    }
    return whole("traces", columns, count)


def listed(places: Any, kind: pa.StructType, names: Sequence[str], wanted: Any = None, masked: Any = None, role: Any = None) -> Any:
    """(R, N, C) numbers as a column of lists of places on the first image; rows that are not wanted are empty."""
    rows = places if wanted is None else places[wanted]
    flat = rows.reshape(-1, len(names)).astype(float)
    given: dict[str, Any] = {name: pa.array(flat[:, at], mask=(masked or {}).get(name)) for at, name in enumerate(names)}
    given |= {"image_index": pa.array(np.zeros(len(flat), dtype=np.int64)), "role": role}
    if "offset" in [field.name for field in kind]:
        given["offset"] = given["image_index"]
    columns = [pa.nulls(len(flat), field.type) if given.get(field.name) is None else given[field.name] for field in kind]
    counts = np.full(len(places), places.shape[1]) * (1 if wanted is None else wanted)
    return lists(counts, pa.StructArray.from_arrays(columns, fields=list(kind)))


def lists(counts: Any, values: Any) -> Any:
    """Values as a column of lists, so many in each."""
    offsets: Any = pa.array(offsets_of(counts), pa.int32())
    return pa.ListArray.from_arrays(offsets, values)


def whole(table_name: str, columns: dict[str, Any], count: int) -> pa.Table:
    schema = TABLES[table_name].schema
    return pa.table([columns.get(field.name, pa.nulls(count, field.type)) for field in schema], schema=schema)


def loop(said: Sequence[str], known: Sequence[Known]) -> int:
    """How many traces pass all five rules, one after another."""
    seen: set[tuple[int, str]] = set()
    kept = 0
    for row, text in enumerate(said):
        sample = row // TRACES_PER_SAMPLE
        boxes, task, answer = known[sample]
        match = BLOCKS.search(text)
        thought, told = (match[1], match[2]) if match else ("", "")
        named = [json.loads(box) for box in BOXES.findall(thought)]
        points = [(int(x), int(y)) for x, y in POINTS.findall(BOXES.sub("", thought))]
        passes = [is_correct(told, task, answer, boxes[:1]), dual(named, boxes[1:]) >= 0.5, hit_rate(points, boxes) >= 0.5]
        passes.append(200 <= len(text) <= 420 and thought.strip() != "")
        key = (sample, " ".join(text.split()).casefold())
        passes.append(key not in seen)
        seen.add(key)
        kept += all(passes)
    return kept


def is_correct(told: str, task: str, answer: str, boxes: list[list[int]]) -> bool:
    if task == "choice":
        return told.strip().lower() == answer.strip().lower()
    if task == "box":
        try:
            box = json.loads(told)
        except ValueError:
            return False
        return is_on_image(box) and max(iou(box, known) for known in boxes) >= 0.5
    match = POINTS.search(told)
    return match is not None and any(is_in(int(match[1]), int(match[2]), box) for box in boxes)


def dual(named: list[list[int]], known: list[list[int]]) -> float:
    if not named:
        return 0.0
    recall = sum(max(iou(box, other) for other in named) for box in known) / len(known)
    precision = sum(max(iou(box, other) for other in known) for box in named) / len(named)
    return (recall + precision) / 2


def hit_rate(points: list[tuple[int, int]], boxes: list[list[int]]) -> float:
    if not points:
        return 1.0
    return sum(any(is_in(x, y, box) for box in boxes) for x, y in points) / len(points)


def iou(a: list[int], b: list[int]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    inter = width * height
    return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter)


def is_in(x: int, y: int, box: list[int]) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def is_on_image(box: list[int]) -> bool:
    return len(box) == 4 and min(box) >= 0 and max(box[0], box[2]) <= WIDTH and max(box[1], box[3]) <= HEIGHT


def known_of(drawn: dict[str, Any]) -> list[Known]:
    return [(boxes, task_of(row), CHOICES[row % 3]) for row, boxes in enumerate(drawn["known"].tolist())]


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds on the clock, seconds of all cores, and the answer."""
    start, used = time.perf_counter(), time.process_time()
    answer = work()
    return time.perf_counter() - start, time.process_time() - used, answer


def kept_of(verdicts: pa.Table, rows: int | None = None) -> int:
    return int(verdicts.column("kept").slice(0, rows).to_numpy().sum())


def publish(root: Path, tables: dict[str, pa.Table]) -> None:
    with Store.open(root).draft(stage="ingest", stage_key="bench", run_id="run_bench") as draft:
        for name, rows in tables.items():
            draft.add(name, rows)
        draft.publish()


def from_store(root: Path) -> dict[str, float]:
    """Judge from a store's files; what this process needed at most before it and in it, in MB."""
    store = Store.open(root)
    inputs = {name: store.resolve(name) for name in ("samples", "images", "traces")}
    run = StageRun(store, Order(Stage.CURATE, "bench", CurateStageConfig(rules=RULES), StudentConfig(), inputs, settings={}), "run_bench")
    before = peak_mb()
    seconds, _, verdicts = timed(lambda: judge_version(run, get_rules(RULES), {}))
    return {"seconds": seconds, "kept": kept_of(verdicts), "mb_before": before, "mb_peak": peak_mb()}


def peak_mb() -> float:
    """The most memory that this process ever held; of the process alone, unlike ``ru_maxrss``, which a child takes over."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def measure(root: Path, traces: int, loop_rows: int, repeats: int) -> dict[str, Any]:
    drawn = draw(traces)
    said = texts(drawn)
    samples, images = sample_table(drawn)
    rows = trace_table(drawn, said)
    publish(root, {"samples": samples, "images": images, "traces": rows})
    runs = [timed(lambda: judge_traces(samples, rows, RULES, images)) for _ in range(repeats)]
    ours_s, ours_cpu_s = (statistics.median(run[which] for run in runs) for which in (0, 1))
    verdicts = runs[-1][2]
    command = [sys.executable, "-m", "bench.curate", "--judge", str(root)]
    stored = [json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout) for _ in range(repeats)]
    stored_s = statistics.median(run["seconds"] for run in stored)
    known = known_of(drawn)
    loop_s, loop_cpu_s, kept = timed(lambda: loop(said[:loop_rows], known))
    assert kept == kept_of(verdicts, loop_rows), f"the loop keeps {kept}, ours {kept_of(verdicts, loop_rows)} of {loop_rows}"
    assert stored[0]["kept"] == kept_of(verdicts)
    scaled_s, scaled_cpu_s = loop_s * traces / loop_rows, loop_cpu_s * traces / loop_rows
    return {
        "traces": traces,
        "characters_per_trace": round(sum(map(len, said)) / traces),
        "kept": kept_of(verdicts),
        "loop_rows": loop_rows,
        "seconds": {"loop": round(scaled_s, 2), "columns": round(ours_s, 3), "columns_from_files": round(stored_s, 3)},
        "cpu_seconds": {"loop": round(scaled_cpu_s, 2), "columns": round(ours_cpu_s, 3)},
        "times_faster": {"columns": round(scaled_s / ours_s, 1), "columns_from_files": round(scaled_s / stored_s, 1)},
        "megabytes_from_files": {"before": round(stored[0]["mb_before"]), "peak": round(max(run["mb_peak"] for run in stored))},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--traces", type=int, default=1_000_000)
    parser.add_argument("--loop", type=int, default=50_000)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--judge", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.judge:
        print(json.dumps(from_store(given.judge)))
        return
    with tempfile.TemporaryDirectory() as root:
        loop_rows = given.traces if given.full else min(given.loop, given.traces)
        print(json.dumps(measure(Path(root), given.traces, loop_rows, given.repeats), indent=2))


if __name__ == "__main__":
    main()
