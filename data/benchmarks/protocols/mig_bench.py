"""MIG-Bench, by UniVG-R1's rule and by Migician's: IoU of a box with the known one, right from 0.5 on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat.mig_bench import iou, unit_boxes, whole_box
from data.benchmarks.protocols.fields import check_target, check_text, gridded_box, verdict_of
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, Output, Scores, Verdict
from data.sample import Sample
from data.space import Frame

LEAST = {"acc@0.3": 0.3, "acc@0.5": 0.5, "acc@0.7": 0.7}
"""The IoU from which on each flag is 1."""
RIGHT = "acc@0.5"


class MigBench:
    """What both rules share; what the known box is measured in is their own."""

    grid: int
    """Parts of an image's side that the known box is in."""

    @property
    def blank(self) -> Scores:
        return {"box": None, "iou": 0.0, **dict.fromkeys(LEAST, 0)}

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_target(line, "answer")

    def verdict(self, scores: Scores) -> Verdict:
        return verdict_of(scores, "iou", correct=scores[RIGHT] == 1)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        target = {"answer": gridded_box(sample, frames, self.grid), "task": sample.category or str(sample.task)}
        return {"id": sample.sample_id, "prediction": said.text, "target": target}

    def scores(self, box: list[Any], overlap: float) -> Scores:
        return {"box": box, "iou": overlap, **{flag: int(overlap >= least) for flag, least in LEAST.items()}}


@register
class UnivgMigBench(MigBench):
    """UniVG-R1's: known boxes and named ones are in thousandths."""

    name = "mig-bench-univg"
    source = "AMAP-ML/UniVG-R1 44868ea eval/MIG_bench/utils.py, MIG_bench_eval.py"
    grid = 1000
    fields = {
        "prediction": "what the model wrote, its box (x1, y1), (x2, y2) or [x1, y1, x2, y2] anywhere in it, in whole thousandths",
        "target.answer": "the known box, x1, y1, x2, y2 in thousandths of the sides of its image",
        "target.task": "optional, what it is grouped by",
    }

    def score(self, line: Line) -> Scores:
        box = whole_box(line["prediction"])
        return self.scores(box, iou(line["target"]["answer"], box))


@register
class MigicianMigBench(MigBench):
    """Migician's, without the stretch that its authors grant their own model: known boxes are in shares of the image."""

    name = "mig-bench-migician"
    source = "thunlp/Migician 7b868a2 eval/utils.py, eval/MIG_bench_eval.py"
    grid = 1
    fields = {
        "prediction": "what the model wrote, its box as for mig-bench-univg, in shares or thousandths",
        "target.answer": "the known box, x1, y1, x2, y2 in shares of the sides of its image",
        "target.task": "optional, what it is grouped by",
    }

    def score(self, line: Line) -> Scores:
        boxes = unit_boxes(line["prediction"])
        return self.scores(boxes, self._iou(line["target"]["answer"], boxes))

    def _iou(self, known: Any, boxes: list[Any]) -> float:
        """That of the only box or of the first; 0 where there is none."""
        if not boxes:
            return 0.0
        return iou(known, boxes[0] if isinstance(boxes[0], list) else boxes)
