"""UniVG-R1's rewards as a score: the IoU of the answer's box and the form of the reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat import univg_reward
from data.benchmarks.protocols.fields import check_target, check_text, gridded_box, verdict_of
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Scores, Verdict
from data.sample import Sample
from data.space import Frame

COT, DIRECT = "cot", "single_direct"
"""How a reply is read: as a thought and an answer, or as a text that has a box."""
GRID = 1000
LEAST = 0.5


@register
class UnivgReward:
    """The mode follows from the first image where a line has it; a mode that it does not follow from is an error."""

    name = "univg-reward"
    source = "AMAP-ML/UniVG-R1 44868ea src/open-r1-multimodal/src/open_r1/vlm_modules/qwen_module.py"
    fields = {
        "prediction": "what the model wrote: <think>, then <answer>(x1, y1), (x2, y2)</answer>, in whole thousandths",
        "target.answer": "the known box, x1, y1, x2, y2 in thousandths of the sides of its image",
        "mode": f"optional beside first_image: {COT}, or {DIRECT} where a box was asked for without a thought",
        "first_image": "optional beside mode, the path of the first image",
        "single_img_with_cot": "optional, whether a thought was asked for of a single image too; false where it is absent",
    }

    @property
    def blank(self) -> Scores:
        return {"accuracy": 0.0, "format": 0.0, "total": 0.0}

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_target(line, "answer")
        if "mode" in line and line["mode"] not in (COT, DIRECT):
            raise LineError(f"mode should be {COT} or {DIRECT}, not {line['mode']!r}")
        if "first_image" in line:
            check_text(line, "first_image")
            _check_agreement(line)
        elif "mode" not in line:
            raise LineError(f"mode is absent, and so is first_image, which it follows from; there are {', '.join(line)}")

    def score(self, line: Line) -> Scores:
        text, direct = line["prediction"], _mode(line) == DIRECT
        accuracy = univg_reward.accuracy(text, line["target"]["answer"], direct=direct)
        kept = univg_reward.form(text, direct=direct)
        return {"accuracy": accuracy, "format": kept, "total": accuracy + kept}

    def verdict(self, scores: Scores) -> Verdict:
        accuracy = scores["accuracy"]
        return verdict_of(scores, "accuracy", correct=isinstance(accuracy, float) and accuracy >= LEAST)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        target = {"answer": gridded_box(sample, frames, GRID)}
        images = sample.meta.get("images")
        shown = {"first_image": images[0]} if images else {"mode": COT}
        return {"id": sample.sample_id, "prediction": said.text, "target": target} | shown


def _mode(line: Line) -> str:
    if "first_image" not in line:
        return str(line["mode"])
    return DIRECT if univg_reward.is_direct(line["first_image"], line.get("single_img_with_cot")) else COT


def _check_agreement(line: Line) -> None:
    read, said = _mode(line), line.get("mode")
    if said not in (None, read):
        cot = line.get("single_img_with_cot", False)
        raise LineError(f"mode is {said}, but first_image {line['first_image']!r} with single_img_with_cot {cot} is read as {read}")
