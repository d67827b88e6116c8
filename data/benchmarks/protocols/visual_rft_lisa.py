"""Visual-RFT's reasoning grounding reward: the GIoU of one box in thousandths, and 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat.visual_rft_detection import keeps_form
from data.benchmarks.compat.visual_rft_lisa import THOUSAND, reward
from data.benchmarks.protocols.fields import answer_box, check_target, check_text
from data.benchmarks.protocols.places import written_corners
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, Said, Scores, Verdict
from data.sample import Sample
from data.space import Frame, Space

RIGHT = 1.5
"""A GIoU of 0.5."""


@register
class VisualRftLisa:
    """The reward as it is without symbolic verification; a reply counts as correct when its GIoU is at least 0.5.

    ``giou_plus_1_symbolic`` is None. As shipped, the reward is 1 where math-verify takes reply and solution for the same expression;
    that depends on its version, and it is not part of this project. Elsewhere it is ``giou_plus_1``.
    """

    name = "visual-rft-lisa"
    source = "Liuziyu77/Visual-RFT 9486633 src/virft/src/open_r1/grpo_lisa.py"
    fields = {
        "prediction": "what the model wrote",
        "target.solution": "a text with the known box in an answer tag, (x1,y1),(x2,y2) in thousandths",
    }

    @property
    def blank(self) -> Scores:
        return {"giou_plus_1": 0.0, "giou_plus_1_symbolic": None, "format": 0.0}

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_target(line, "solution")
        check_text(line["target"], "solution")

    def score(self, line: Line) -> Scores:
        text = line["prediction"]
        return self.blank | {"giou_plus_1": reward(text, line["target"]["solution"]), "format": float(keeps_form(text))}

    def verdict(self, scores: Scores) -> Verdict:
        worth = scores["giou_plus_1"]
        return Verdict(isinstance(worth, float) and worth >= RIGHT)

    def line(self, sample: Sample, said: Said, frames: Sequence[Frame]) -> dict[str, Any]:
        return {"id": sample.sample_id, "prediction": said.text, "target": {"solution": _solution(sample, frames)}}


def _solution(sample: Sample, frames: Sequence[Frame]) -> str:
    """The published ``solution`` where ``meta`` has one, else the answer box."""
    published = sample.meta.get("solution")
    if isinstance(published, str):
        return published
    x1, y1, x2, y2 = written_corners(answer_box(sample), sample, frames, Space.grid(THOUSAND))
    return f"<answer> ({x1},{y1}),({x2},{y2}) </answer>"
