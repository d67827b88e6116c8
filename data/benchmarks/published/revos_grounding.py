"""ReVOS-Grounding: an instruction about frames of a video, answered by a box in the third of them.

A record is ``video_id, frames, question, bbox_list``; ``frames`` are places among the image files of the folder ``video_id``, sorted by the
first number in their names, and ``bbox_list`` has a box for each frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.benchmarks.published.material import ALL, Material, Record, problems, required
from data.benchmarks.published.registry import register
from data.benchmarks.published.zero_shot import ZeroShot, card_of, files_of, four, read_box, third
from data.sources.problem import Problem, Reason, Reject, RowError
from data.sources.row import RowReader

FILES = {ALL: files_of("ReVOS_eval.json")}
SUFFIXES = (".jpg", ".png")


@register
class RevosGrounding(ZeroShot):
    """One file, and a folder of frames for each video."""

    name = "revos_grounding"
    card = card_of("ReVOS-Grounding", "a JSON list (ReVOS_eval.json) and a folder of frames a video", "revos_evaluation", FILES, images=6)

    def read(self, material: Material) -> Iterator[Problem | Reject]:
        reader = FrameReader(material.beside("pixel"), material.images.root)
        yield from problems(material.json(*FILES[ALL]), reader.read)


@dataclass(frozen=True, slots=True)
class FrameReader:
    """Reads records whose images are frames."""

    rows: RowReader
    root: Path
    names: dict[str, list[str]] = field(default_factory=dict)
    """Frame files of each video that was seen, in order."""

    def read(self, locator: str, record: Record) -> Problem:
        """The problem of a record. Raises ``RowError``."""
        video, places, question, boxes = required(record, "video_id", "frames", "question", "bbox_list")
        box = _whole(four(third(boxes, "bbox_list"), "the third of bbox_list"))
        third(places, "frames")
        images = self.rows.images({"images": [self._path(video, place) for place in places]})
        return read_box(self.rows, locator, question, box, images, None, bbox_list=boxes, video_id=video, frames=places)

    def _path(self, video: Any, place: Any) -> str:
        names = self._frames(video)
        if not isinstance(place, int) or isinstance(place, bool) or not -len(names) <= place < len(names):
            raise RowError(Reason.MISSING_IMAGE, f"frame {place!r} of video {video} is asked for; it has {len(names)}, counted from 0")
        return f"{video}/{names[place]}"

    def _frames(self, video: Any) -> list[str]:
        if not isinstance(video, str) or Path(video).is_absolute() or ".." in Path(video).parts:
            raise RowError(Reason.PATH_LEAVES_FOLDER, f"video_id {video!r} is no folder below {self.root}")
        if video not in self.names:
            folder = self.root / video
            if not folder.is_dir():
                raise RowError(Reason.MISSING_IMAGE, f"there is no folder {video} of frames in {self.root}")
            self.names[video] = sorted((path.name for path in folder.iterdir() if _is_frame(path.name)), key=_number)
        return self.names[video]


def _is_frame(name: str) -> bool:
    return name.endswith(SUFFIXES) and re.search(r"\d", name) is not None


def _number(name: str) -> tuple[int, str]:
    return int(re.findall(r"\d+", name)[0]), name


def _whole(box: list[Any]) -> list[int]:
    """The box in whole pixels, as the published evaluation cuts it. Raises ``RowError``."""
    try:
        return [int(number) for number in box]
    except (TypeError, ValueError, OverflowError) as error:
        raise RowError(Reason.WRONG_TYPE, f"the third of bbox_list should be four numbers, not {box!r:.100}") from error
