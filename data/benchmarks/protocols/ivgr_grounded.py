"""iVGR's grounded stream without its judge: form, validity of boxes, and their overlap with the known ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.benchmarks.compat import tags
from data.benchmarks.compat.ivgr_grounded import keeps_form, overlap, tight, validity
from data.benchmarks.compat.treebench import named
from data.benchmarks.protocols.fields import check_target, check_text, verdict_of
from data.benchmarks.protocols.places import check_box, check_list, known_boxes, written_corners
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Scores, Verdict
from data.benchmarks.protocols.treebench import brief
from data.sample import Sample
from data.space import Frame

RIGHT = 0.5


@register
class IvgrGrounded:
    """Whether the answer is right only a judge would say, so a reply counts as correct when its box reward is at least 0.5."""

    name = "ivgr-grounded"
    source = "Visual-AI/iVGR 2ecdbaf examples/reward_function/adagrounding_dual_group_training.py"
    fields = {
        "prediction": "what the model wrote: <think>, each box in it as <box>[x1,y1,x2,y2]</box>, then <answer>",
        "target.instances": "a list of what is known, each with bbox: x1, y1, x2, y2 in the space that the model writes, or null",
    }

    @property
    def blank(self) -> Scores:
        numbers = dict.fromkeys(("format", "valid", "num_boxes", "box", "overall_without_accuracy"), 0.0)
        return {**numbers, "answer": None, "think": None}

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_target(line, "instances")
        check_list(line["target"]["instances"], "target.instances")
        for instance in line["target"]["instances"]:
            if not isinstance(instance, Mapping) or "bbox" not in instance:
                raise LineError(f"each of target.instances should be an object with bbox, not {repr(instance)[:80]}")
            if instance["bbox"] is not None:
                check_box(instance["bbox"], "bbox")

    def score(self, line: Line) -> Scores:
        text = tight(line["prediction"])
        form, (valid, count, box) = float(keeps_form(text)), _boxes(text, line["target"]["instances"])
        answer, think = tags.first(text, "answer"), tags.first(text, "think")
        return {
            "format": form,
            "valid": valid,
            "num_boxes": count,
            "box": box,
            "overall_without_accuracy": form + valid + box,
            "answer": None if answer is None else answer.strip(),
            "think": None if think is None else brief(think.strip()),
        }

    def verdict(self, scores: Scores) -> Verdict:
        box = scores["box"]
        return verdict_of(scores, "box", correct=isinstance(box, float) and box >= RIGHT)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        instances = [{"bbox": written_corners(box, sample, frames)} for box in known_boxes(sample)]
        return {"id": sample.sample_id, "prediction": said.text, "target": {"instances": instances}}


def _boxes(text: str, instances: Sequence[Mapping[str, Any]]) -> tuple[float, float, float]:
    """Validity, number of tags and overlap; boxes are not read at all where no instance is listed."""
    if not instances:
        return 0.0, 0.0, 0.0
    boxes = named(text)
    asked = [instance["bbox"] for instance in instances if instance["bbox"] is not None]
    return *validity(boxes), overlap(boxes, asked)
