"""Visual-RFT's detection rewards: boxes with confidences, matched one to one."""

from __future__ import annotations

from collections.abc import Sequence

from data.benchmarks.compat.visual_rft_detection import keeps_form, rewards
from data.benchmarks.protocols.fields import verdict_of
from data.benchmarks.protocols.places import written_corners
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Scores, Verdict
from data.benchmarks.protocols.solution import SolutionLines
from data.sample import Sample
from data.space import Frame

RIGHT = 0.5


@register
class VisualRftDetection(SolutionLines):
    """Both rewards as they are without symbolic verification.

    ``iou_symbolic`` and ``confidence_symbolic`` are None. As shipped, both rewards are 1 where math-verify takes reply and solution for
    the same expression; that depends on its version, and it is not part of this project. Elsewhere they are ``iou`` and ``confidence``.
    """

    name = "visual-rft-detection"
    source = "Liuziyu77/Visual-RFT 9486633 src/virft/src/open_r1/grpo.py"
    fields = {
        "prediction": "what the model wrote: <think>, then <answer> with a JSON list of {Position: [x1, y1, x2, y2], Confidence: number}",
        "target.solution": "a text with the known boxes in an answer tag, as the model should write them and in its space",
    }

    @property
    def blank(self) -> Scores:
        return {"format": 0.0, "iou": 0.0, "confidence": 0.0, "iou_symbolic": None, "confidence_symbolic": None}

    def score(self, line: Line) -> Scores:
        text = line["prediction"]
        iou, confidence = rewards(text, line["target"]["solution"])
        return self.blank | {"format": float(keeps_form(text)), "iou": iou, "confidence": confidence}

    def verdict(self, scores: Scores) -> Verdict:
        iou = scores["iou"]
        return verdict_of(scores, "iou", correct=isinstance(iou, float) and iou >= RIGHT)

    def written(self, sample: Sample, frames: Sequence[Frame]) -> str:
        if not sample.answer_boxes:
            raise LineError(f"{sample.sample_id} has no answer box, the protocol judges boxes")
        boxes = [{"Position": written_corners(box, sample, frames), "Confidence": 1} for box in sample.answer_boxes]
        return f"<answer>{boxes}</answer>"
