"""Visual-RFT's reasoning grounding reward: the GIoU of one box in thousandths, and 1."""

from __future__ import annotations

from collections.abc import Sequence

from data.benchmarks.compat.visual_rft_detection import keeps_form
from data.benchmarks.compat.visual_rft_lisa import THOUSAND, reward
from data.benchmarks.protocols.fields import answer_box
from data.benchmarks.protocols.places import written_corners
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, Scores, Verdict
from data.benchmarks.protocols.solution import SolutionLines
from data.sample import Sample
from data.space import Frame, Space

RIGHT = 1.5
"""A GIoU of 0.5."""


@register
class VisualRftLisa(SolutionLines):
    """The reward as it is without symbolic verification; a reply counts as correct when its GIoU is at least 0.5.

    ``giou_plus_1_symbolic`` is None. As shipped, the reward is 1 where math-verify takes reply and solution for the same expression;
    that depends on its version, and it is not part of this project. Elsewhere it is ``giou_plus_1``.
    """

    name = "visual-rft-lisa"
    source = "Liuziyu77/Visual-RFT 9486633 src/virft/src/open_r1/grpo_lisa.py"
    fields = {
        "prediction": "what the model wrote, its box in <answer> or anywhere as (x1,y1),(x2,y2) in thousandths",
        "target.solution": "a text with the known box in an answer tag, (x1,y1),(x2,y2) in thousandths",
    }

    @property
    def blank(self) -> Scores:
        return {"giou_plus_1": 0.0, "giou_plus_1_symbolic": None, "format": 0.0}

    def score(self, line: Line) -> Scores:
        text = line["prediction"]
        return self.blank | {"giou_plus_1": reward(text, line["target"]["solution"]), "format": float(keeps_form(text))}

    def verdict(self, scores: Scores) -> Verdict:
        worth = scores["giou_plus_1"]
        return Verdict(isinstance(worth, float) and worth >= RIGHT)

    def written(self, sample: Sample, frames: Sequence[Frame]) -> str:
        x1, y1, x2, y2 = written_corners(answer_box(sample), sample, frames, Space.grid(THOUSAND))
        return f"<answer> ({x1},{y1}),({x2},{y2}) </answer>"
