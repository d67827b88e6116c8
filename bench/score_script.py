"""The way of the scripts that published scorers come in, which ``bench.score`` compares with: a loop over the rows of a file.

    python -m bench.score_script PROTOCOL IN.jsonl OUT.jsonl

A row is parsed, judged by functions that name their patterns where they use them, and written. What they say is what the protocol says.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
N = r"(\d+)"
P = r"(\d+\.\d+)"


def mig_bench(row: Row) -> Row:
    """The rule of ``mig-bench-univg``."""
    box = [0.0, 0.0, 0.0, 0.0]
    for form in (
        rf"\({N},\s*{N}\),\s*\({N},\s*{N}\)",
        rf"\[{P},\s*{P},\s*{P},\s*{P}\]",
        rf"\({P},{P}\),\({P},{P}\)",
        rf"\({P},\s*{P},\s*{P},\s*{P}\)",
        rf"\[{N},\s*{N},\s*{N},\s*{N}\]",
        rf"<box>{N}\s+{N}\s+{N}\s+{N}</box>",
    ):
        found = re.findall(re.compile(form), row["prediction"])
        if found:
            box = [int(digits) for digits in found[0]]
            break
    overlap = share(row["target"]["answer"], box)
    return {"box": box, "iou": overlap, **{f"acc@{least}": 1 if overlap >= least else 0 for least in (0.3, 0.5, 0.7)}}


def rec(row: Row) -> Row:
    """The rule of ``rec-vlmr1``."""
    extracted = [0, 0, 0, 0]
    answer = re.search(re.compile(r"<answer>(.*?)</answer>", re.DOTALL), row["prediction"])
    inside = re.search(re.compile(r"\{.*\}", re.DOTALL), answer.group(1)) if answer else None
    found = re.findall(re.compile(rf"\[{N},\s*{N},\s*{N},\s*{N}\]"), inside.group(0)) if inside else []
    if found:
        extracted = [int(digits) for digits in found[-1]]
    (wide, high), (width, height) = row["input_size"], row["image_size"]
    box = [extracted[0] / wide * width, extracted[1] / high * height, extracted[2] / wide * width, extracted[3] / high * height]
    known = row["target"]["solution"]
    left, top, right, bottom = max(box[0], known[0]), max(box[1], known[1]), min(box[2] - 1, known[2] - 1), min(box[3] - 1, known[3] - 1)
    inter = (right - left + 1) * (bottom - top + 1) if left < right and top < bottom else 0
    union = (box[2] - box[0]) * (box[3] - box[1]) + (known[2] - known[0]) * (known[3] - known[1]) - inter
    overlap = float(inter) / union
    return {"extracted": extracted, "box": box, "iou": overlap, "correct": 1 if overlap > 0.5 else 0}


def share(known: Sequence[float], named: Sequence[float]) -> float:
    left, top = max(known[0], named[0]), max(known[1], named[1])
    right, bottom = min(known[2], named[2]), min(known[3], named[3])
    if right < left or bottom < top:
        return 0.0
    inter = (right - left) * (bottom - top)
    union = (known[2] - known[0]) * (known[3] - known[1]) + (named[2] - named[0]) * (named[3] - named[1]) - inter
    return inter / union


RULES: dict[str, Callable[[Row], Row]] = {"mig-bench-univg": mig_bench, "rec-vlmr1": rec}


def main() -> None:
    protocol, source, target = sys.argv[1:]
    with Path(source).open() as rows, Path(target).open("w") as out:
        for row in rows:
            data = json.loads(row)
            out.write(json.dumps({"id": data["id"], "scores": RULES[protocol](data), "reason": None}) + "\n")


if __name__ == "__main__":
    main()
