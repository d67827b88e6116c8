"""A store's worth of one red picture, samples about it, and a student who speaks in pixels."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from PIL import Image

from data.cropping import ZoomConfig
from data.observing import TurnsConfig
from data.publishing.config import PublishConfig
from data.publishing.conversations import publish_rows
from data.rows import sample_to_row, trace_to_row
from data.sample import Role, Sample, Task
from data.tables import arrow
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom
from data.viewing import ViewConfig

Row = dict[str, Any]
KNOWN = PlacedBox(10, 10, 30, 30, 0, None, Role.ANSWER)
SAMPLE = Sample("smp_1", "set", "train", Task.BOX, ("img_1",), "Where?", boxes=(KNOWN,))
TRACE = Trace((Step("Here it is.", (Mention(4, PlacedPoint(20, 20)),)),), Answer(boxes=(KNOWN,)))
PIXELS = ViewConfig(space="pixel")
CLOSE = ZoomConfig(half_px=10, side_px=40)
FOUR_LOOKS = TurnsConfig(most_looks=4)


@dataclass(frozen=True)
class Speaker:
    dialect: str = "vigorl"
    prompt: str = "terse"
    view: ViewConfig = PIXELS
    zoom: ZoomConfig = CLOSE
    turns: TurnsConfig = FOUR_LOOKS


class Pictures:
    """Every image is a red one of 100 x 60 pixels with a blue corner."""

    def open(self, image_id: str) -> Image.Image:
        image = Image.new("RGB", (100, 60), "red")
        image.paste("blue", (75, 45, 100, 60))
        return image

    def bytes(self, image_id: str) -> bytes:
        buffer = io.BytesIO()
        self.open(image_id).save(buffer, "PNG")
        return buffer.getvalue()

    def size(self, image_id: str) -> tuple[int, int]:
        return 100, 60


def sample(number: int, *image_ids: str, split: str = "train") -> Sample:
    return dataclasses.replace(SAMPLE, sample_id=f"smp_{number}", image_ids=image_ids or (f"img_{number}",), split=split)


def row(trace: Trace | None, candidate: int = 0, **more: Any) -> Row:
    origin = {"sample_id": "smp_1", "method": "direct", "dialect": "vigorl", "candidate": candidate, "text": "said", "request_ids": []}
    return trace_to_row(trace, **(origin | {"selected": True} | more))


def looking(x: float, y: float) -> Trace:
    return Trace((Step("Small.", (), (Zoom(PlacedPoint(x, y)),)),), Answer(boxes=(KNOWN,)))


def publish(
    traces: list[Row],
    config: PublishConfig | None = None,
    student: Speaker | None = None,
    dropped: tuple[str, ...] = (),
    samples: tuple[Sample, ...] = (SAMPLE,),
) -> tuple[list[Row], list[Row]]:
    verdicts = [{"trace_id": trace["trace_id"], "kept": trace["trace_id"] not in dropped} for trace in traces]
    pieces = pa.concat_tables([arrow("traces", []), *(arrow("traces", [trace]) for trace in traces)])
    tables = (arrow("samples", [*map(sample_to_row, samples)]), pieces, arrow("verdicts", verdicts))
    published = publish_rows(*tables, Pictures(), student or Speaker(), config or PublishConfig())
    rows = list(published.rows)
    assert len(rows) == published.count
    return rows, published.refused
