"""ScreenSpot-Pro: whether the point of a reply lies in the known box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from data.benchmarks.compat.screenspot_pro import THOUSAND, denial, hit, point_by_call, point_by_json, point_by_tokens, result
from data.benchmarks.protocols.fields import answer_box, check_size, check_target, check_text, frame_of, size_of
from data.benchmarks.protocols.places import check_box, stored_corners
from data.benchmarks.protocols.registry import register
from data.benchmarks.protocols.scorer import Line, LineError, Output, Scores, Verdict
from data.sample import Sample
from data.space import Frame, SpaceKind

TOKENS, DENYING, CALL, POINT = "qwen2vl", "qwen2vl_negative", "qwen2_5vl", "point"
PARSERS = (TOKENS, DENYING, CALL, POINT)
"""The last is no model's: a point that is known already, as shares of width and height."""
THERE, ABSENT = "positive", "negative"
COORDINATE = re.compile(r'"coordinate"\s*:\s*\[')


@register
class ScreenSpotPro:
    """``qwen2_5vl`` reads on from a tool call that is opened for the model, up to ``"coordinate": [``; other parsers read all of a reply.

    The score ``result`` is there where ``gt_type`` is negative: whether the reply points, denies the target, or does neither.
    """

    name = "screenspot-pro"
    source = "likaixin2000/ScreenSpot-Pro-GUI-Grounding bd8bbbb eval_screenspot_pro.py, models/qwen2vl.py, models/qwen2_5vl.py"
    fields = {
        "prediction": "what the model wrote: <|box_start|>(x1,y1),(x2,y2)<|box_end|> or bare numbers in thousandths; or the rest of a call",
        "parser": f"how it is read: {', '.join(PARSERS)}, the last for a point as JSON in shares of the sides",
        "target.bbox": "the known box, x1, y1, x2, y2 in pixels of image_size",
        "target.gt_type": f"{THERE}, or {ABSENT} where the target is not in the image",
        "image_size": "width and height of the stored image, in pixels",
        "resized_size": f"optional but for {CALL}, width and height of the image that the model saw, in pixels",
    }

    @property
    def blank(self) -> Scores:
        return {"correctness": None, "correct": 0, "point": None}

    def check(self, line: Line) -> None:
        check_text(line, "prediction")
        check_target(line, "bbox")
        check_size(line, "image_size")
        check_box(line["target"]["bbox"], "target.bbox")
        parser, kind = line.get("parser"), line["target"].get("gt_type")
        if parser not in PARSERS:
            raise LineError(f"parser should be one of {', '.join(PARSERS)}, not {parser!r}")
        if kind != THERE and (kind != ABSENT or parser in (CALL, POINT)):
            raise LineError(f"target.gt_type should be {THERE}, or {ABSENT} for {TOKENS} and {DENYING}, not {kind!r} for {parser}")
        if parser == CALL:
            check_size(line, "resized_size")

    def score(self, line: Line) -> Scores:
        text, target, point = line["prediction"], line["target"], _point(line)
        if target["gt_type"] == THERE:
            return _scores(hit(point, target["bbox"], line["image_size"]), point)
        said = result(text, point) if line["parser"] == DENYING else THERE
        return _scores(denial(said), point) | {"result": said}

    def verdict(self, scores: Scores) -> Verdict:
        return Verdict(scores["correct"] == 1)

    def line(self, sample: Sample, said: Output, frames: Sequence[Frame]) -> dict[str, Any]:
        """The parser is that of the space the model writes: thousandths, pixels, or shares. Raises ``LineError`` on another grid."""
        box = answer_box(sample)
        frame = frame_of(sample, frames, box.image_index)
        parser = {SpaceKind.GRID: TOKENS, SpaceKind.UNIT: POINT}.get(frame.model.kind, CALL)
        if parser == TOKENS and frame.model.width != THOUSAND:
            raise LineError(f"{sample.sample_id} is asked in {frame.model}; the protocol reads thousandths, pixels or shares")
        opened = COORDINATE.search(said.text) if parser == CALL else None
        return {
            "id": sample.sample_id,
            "prediction": said.text[opened.end() :] if opened else said.text,
            "parser": parser,
            "target": {"bbox": sample.meta.get("bbox") or stored_corners(box), "gt_type": THERE},
            "image_size": size_of(frame),
            "resized_size": [int(frame.model.width), int(frame.model.height)],
        }


def _point(line: Line) -> Any:
    if line["parser"] == CALL:
        return point_by_call(line["prediction"], line["resized_size"])
    return (point_by_json if line["parser"] == POINT else point_by_tokens)(line["prediction"])


def _scores(correctness: str, point: Any) -> Scores:
    return {"correctness": correctness, "correct": int(correctness == "correct"), "point": point}
