"""UniVG-R1's zero-shot sets: LISA-, LLMSeg-, ReVOS- and ReasonVOS-Grounding; IoU of one box, right from 0.5 on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat import zero_shot
from data.benchmarks.protocols.fields import answer_box, check_size, check_target, check_text, frame_of, size_of, verdict_of
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Scores, Verdict
from data.sample import Sample
from data.space import Frame

LEAST = 0.5
SUFFIX = "_grounding"
"""What a sample's data set is called by beyond the name that the protocol has for it."""
VIDEOS = {"revos", "reasonvos"}


@register
class ZeroShot:
    """The target keeps the field of the data set's own records, in pixels; the prompt is read as if the model had written it."""

    name = "zero-shot-univg"
    source = "AMAP-ML/UniVG-R1 44868ea eval/zero_shot/{lisa,llmseg,revos,reasonvos}_evaluation/eval.py"
    fields = {
        "dataset": f"one of {', '.join(zero_shot.READERS)}",
        "prompt": "optional, what was decoded before the prediction",
        "prediction": "what the model wrote, its first box as (x1, y1), (x2, y2) in thousandths",
        "image_size": "width and height of the image in pixels; of a video, of its third frame",
        "target.boxes": "of lisa: boxes, of which the first counts, x1, y1, x2, y2 in pixels",
        "target.bbox": "of llmseg: lists of numbers, of which the first four in a row count, in pixels",
        "target.bbox_list": "of revos and reasonvos: boxes by frame, of which the third counts, in pixels; texts in reasonvos",
    }

    @property
    def blank(self) -> Scores:
        return {"iou": 0.0, "acc@0.5": 0}

    def check(self, line: Line) -> None:
        dataset = line.get("dataset")
        if not isinstance(dataset, str) or dataset not in zero_shot.READERS:
            raise LineError(f"dataset should be one of {', '.join(zero_shot.READERS)}, not {dataset!r}")
        check_text(line, "prediction")
        if "prompt" in line:
            check_text(line, "prompt")
        check_size(line, "image_size")
        check_target(line, zero_shot.READERS[dataset][0])

    def score(self, line: Line) -> Scores:
        dataset = line["dataset"]
        value = line["target"][zero_shot.READERS[dataset][0]]
        iou = zero_shot.score(line.get("prompt", "") + line["prediction"], value, dataset, line["image_size"])
        return {"iou": iou, "acc@0.5": int(iou >= LEAST)}

    def verdict(self, scores: Scores) -> Verdict:
        return verdict_of(scores, "iou", correct=scores["acc@0.5"] == 1)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        dataset, value, index = _known(sample)
        return {
            "id": sample.sample_id,
            "dataset": dataset,
            "prompt": said.prompt,
            "prediction": said.text,
            "image_size": size_of(frame_of(sample, frames, index)),
            "target": {zero_shot.READERS[dataset][0]: value},
        }


def _known(sample: Sample) -> tuple[str, Any, int]:
    """The data set that the sample is of, the field of its record, and the image that it is on.

    A sample of any other is taken for one of LISA's, its first answer box for the first of ``boxes``.
    """
    dataset = sample.dataset.removesuffix(SUFFIX)
    if dataset in zero_shot.READERS and zero_shot.READERS[dataset][0] in sample.meta:
        return dataset, sample.meta[zero_shot.READERS[dataset][0]], zero_shot.FRAME if dataset in VIDEOS else 0
    box = answer_box(sample)
    return "lisa", [[box.x1, box.y1, box.x2, box.y2]], box.image_index
