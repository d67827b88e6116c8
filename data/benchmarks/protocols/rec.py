"""VLM-R1's rule for referring expressions: one box in pixels of the image that the model saw, right above an IoU of 0.5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat.rec import box, iou, resized
from data.benchmarks.protocols.fields import answer_box, check_size, check_target, check_text, frame_of, size_of, verdict_of
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, Output, Scores, Verdict
from data.sample import Sample
from data.space import Frame

ABOVE = 0.5


@register
class Rec:
    """The box that is named is taken from the image that the model saw to the stored one, where the known box is."""

    name = "rec-vlmr1"
    source = "om-ai-lab/VLM-R1 90052f4 src/eval/test_rec_r1.py"
    fields = {
        "prediction": "what the model wrote: <answer> with {...[x1, y1, x2, y2]...}, in whole pixels of the image that it saw",
        "input_size": "width and height of the image that it saw, in pixels",
        "image_size": "width and height of the stored image, in pixels",
        "target.solution": "the known box, x1, y1, x2, y2 in pixels of the stored image",
    }

    @property
    def blank(self) -> Scores:
        return {"extracted": None, "box": None, "iou": 0.0, "correct": 0}

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_size(line, "input_size")
        check_size(line, "image_size")
        check_target(line, "solution")

    def score(self, line: Line) -> Scores:
        extracted = box(line["prediction"])
        corners = resized(extracted, line["input_size"], line["image_size"])
        overlap = iou(corners, line["target"]["solution"])
        return {"extracted": extracted, "box": corners, "iou": overlap, "correct": int(overlap > ABOVE)}

    def verdict(self, scores: Scores) -> Verdict:
        return verdict_of(scores, "iou", correct=scores["correct"] == 1)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        solution, index = _known(sample)
        frame = frame_of(sample, frames, index)
        return {
            "id": sample.sample_id,
            "prediction": said.text,
            "image_size": size_of(frame),
            "input_size": [int(frame.model.width), int(frame.model.height)],
            "target": {"solution": solution},
        }


def _known(sample: Sample) -> tuple[Any, int]:
    """The published ``solution`` where ``meta`` has one, else the first answer box, and the image it is on."""
    if sample.meta.get("solution") is not None:
        return sample.meta["solution"], 0
    known = answer_box(sample)
    return [known.x1, known.y1, known.x2, known.y2], known.image_index
