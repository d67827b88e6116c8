"""Truth: what is known of a sample's answer, as text that travels with it, in the student's space."""

from __future__ import annotations

import json
from collections.abc import Sequence

from data.dialects.answers import WANTED
from data.sample import Role, Sample, Task
from data.space import Box, Frame, Space, SpaceKind
from data.trace import PlacedBox


def plain_answer(sample: Sample, frames: Sequence[Frame]) -> str:
    """The known answer as published reward functions read it: a text, ``[x1, y1, x2, y2]``, or a list of these where there are several."""
    if sample.task not in WANTED:
        return sample.answer or ""
    boxes = [box[1:] for box in _boxes(sample, frames)]
    return json.dumps(boxes[0] if len(boxes) == 1 else boxes)


def truth_of(sample: Sample, frames: Sequence[Frame], dialect: str) -> str:
    """All that scoring an answer needs, as JSON: boxes are ``[image index, x1, y1, x2, y2]``, sizes the extents of the images."""
    return json.dumps(
        {
            "task": str(sample.task),
            "dialect": dialect,
            "answer": sample.answer,
            "choices": list(sample.choices),
            "boxes": _boxes(sample, frames),
            "space": str(frames[0].model.kind) if frames else None,
            "sizes": [[frame.model.width, frame.model.height] for frame in frames],
        },
        ensure_ascii=False,
    )


def read_truth(said: str) -> tuple[Sample, tuple[Frame, ...], str]:
    """The sample of a truth, whose stored space is that of the student, its frames, and the dialect."""
    known = json.loads(said)
    boxes = tuple(PlacedBox(x1, y1, x2, y2, index, role=Role.ANSWER) for index, x1, y1, x2, y2 in known["boxes"])
    spaces = [Space(SpaceKind(known["space"]), width, height) for width, height in known["sizes"]]
    choices, answer = tuple(known["choices"]), known["answer"]
    sample = Sample("", "", "", Task(known["task"]), (), "", choices=choices, answer=answer, boxes=boxes)
    return sample, tuple(Frame(space, space) for space in spaces), known["dialect"]


def _boxes(sample: Sample, frames: Sequence[Frame]) -> list[list[float]]:
    """Not rounded: a known box is no text of the model's."""
    found = []
    for box in sample.answer_boxes:
        frame = frames[box.image_index]
        placed = Box(box.x1, box.y1, box.x2, box.y2, frame.stored).to(frame.model)
        found.append([box.image_index, *(round(side, 3) for side in (placed.x1, placed.y1, placed.x2, placed.y2))])
    return found
