"""TreeBench: the letter, and how much of the evidence the boxes of a reply cover."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat.treebench import answer, in_order, named, recall
from data.benchmarks.protocols.fields import check_target, check_text, verdict_of
from data.benchmarks.protocols.places import check_box, check_list, known_boxes, stored_corners
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Scores, Verdict
from data.sample import Sample
from data.space import Frame

LONGEST = 3000
"""Characters of a text in scores; a longer one is put as its MD5."""


def brief(text: str) -> str:
    """The text, or ``md5:`` and the digest of its UTF-8 where it is long."""
    if len(text) <= LONGEST:
        return text
    return "md5:" + hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


@register
class TreeBench:
    """The published code has its evidence in pixels of the stored image, and takes a reply for one in them too.

    Its mean IoU counts recall alone. Its prompt ends in an open think tag, so a reply may start without one.
    """

    name = "treebench"
    source = "Haochen-Wang409/TreeVGR 4823ad8 inference_treebench.py"
    fields = {
        "prediction": "what the model wrote: boxes as <box>[x1,y1,x2,y2]</box>, and <answer> with the letter alone",
        "target.boxes": "the known evidence, each x1, y1, x2, y2 in the pixels that the reply is taken to be in",
        "target.answer": "the known answer, a letter",
    }

    @property
    def blank(self) -> Scores:
        return {"iou": 0.0, "prediction": None, "correct": 0}

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_target(line, "boxes")
        check_text(line["target"], "answer")
        check_list(line["target"]["boxes"], "target.boxes")
        for box in line["target"]["boxes"]:
            check_box(box, "each of target.boxes")

    def score(self, line: Line) -> Scores:
        text, target = line["prediction"], line["target"]
        overlap = recall(target["boxes"], in_order(named(text)))
        said = answer(text)
        return {"iou": overlap, "prediction": brief(said), "correct": int(said.upper() == target["answer"].upper())}

    def verdict(self, scores: Scores) -> Verdict:
        return verdict_of(scores, "iou", correct=scores["correct"] == 1)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:  # noqa: ARG002
        target = {"boxes": _evidence(sample), "answer": _letter(sample)}
        return {"id": sample.sample_id, "prediction": said.text, "target": target}


def _evidence(sample: Sample) -> list[Any]:
    """The published ``target_instances``, a list or the text of one, where ``meta`` has them; else the evidence boxes."""
    published = sample.meta.get("target_instances")
    if published is None:
        return [stored_corners(box) for box in known_boxes(sample)]
    try:
        boxes = ast.literal_eval(published) if isinstance(published, str) else published
    except (SyntaxError, ValueError) as error:
        raise LineError(f"target_instances of {sample.sample_id} should be a list of boxes, not {published[:80]!r}") from error
    return list(boxes)


def _letter(sample: Sample) -> str:
    """The published ``answer`` where ``meta`` has one, else the letter of the choice that is the answer, else the answer."""
    published, known = sample.meta.get("answer"), sample.answer
    if isinstance(published, str):
        return published
    if known is None:
        raise LineError(f"{sample.sample_id} has no answer, the protocol compares answers")
    return chr(ord("A") + sample.choices.index(known)) if known in sample.choices else known
