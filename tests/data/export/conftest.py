"""A store with conversations in two dialects: closer looks, several images, a rotated photograph, and a question that cannot be written."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from data.identity import digest, image_id, new_run_id
from data.publishing.config import PublishConfig
from data.publishing.conversations import publish_rows
from data.rows import sample_to_row, trace_to_row
from data.sample import Role, Sample, Task
from data.store import Store, Version
from data.store.images import ImageReader
from data.trace import Answer, Mention, PlacedBox, PlacedPoint, Step, Trace, Zoom
from models.student.config import StudentConfig

KNOWN = PlacedBox(10, 10, 30, 30, 0, None, Role.ANSWER)
SECOND = PlacedBox(20, 40, 60, 100, 1, None, Role.ANSWER)
STUDENT = StudentConfig.model_validate({"dialect": "vigorl_zoom", "view": {"space": "grid:100"}, "zoom": {"half_px": 10, "side_px": 40}})
CONFIG = PublishConfig(dialects=["vigorl_zoom", "textual"])


@dataclass(frozen=True)
class Made:
    """The store, its versions, and what they hold."""

    store: Store
    samples: Version
    sft: Version
    problems: dict[str, Sample]
    traces: dict[str, Trace]


def picture(width: int, height: int, colour: str, orientation: int = 1) -> bytes:
    """A PNG, or a JPEG that must be turned to stand upright."""
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.new("RGB", (width, height), colour).save(
        buffer, "PNG" if orientation == 1 else "JPEG", **({} if orientation == 1 else {"exif": exif})
    )
    return buffer.getvalue()


IMAGES = {image_id(stored): stored for stored in (picture(100, 60, "red"), picture(120, 80, "blue", 6), picture(50, 50, "green"))}
RED, TURNED, GREEN = IMAGES
SAMPLES = (
    Sample("smp_1", "set", "train", Task.BOX, (RED,), "Where is it?", boxes=(KNOWN,)),
    Sample("smp_2", "set", "train", Task.POINT, (RED, TURNED), "Point at it.", context=({"role": "user", "text": "Hi."},), boxes=(SECOND,)),
    Sample("smp_3", "set", "train", Task.CHOICE, (RED,), "What is <image>?", choices=("a", "b"), answer="b", boxes=(KNOWN,)),
    Sample("smp_4", "set", "test", Task.CHOICE, (GREEN,), "Which?", choices=("a", "b"), answer="b", category="hue", difficulty_band="easy"),
    Sample("smp_5", "set", "train", Task.BOX, (GREEN,), "Leaks.", boxes=(KNOWN,)),
    Sample("smp_6", "set", "train", Task.BOX, (RED,), "Nobody knows."),
)
LOOK = Step("It is small", (Mention(5, PlacedPoint(20, 20)),), (Zoom(PlacedPoint(20, 20)),))
TRACES = {
    "smp_1": Trace((LOOK, Step("There."), LOOK, Step("Sure.")), Answer(boxes=(KNOWN,))),
    "smp_2": Trace((Step("On the second.", (Mention(0, PlacedPoint(40, 70, 1)),)),), Answer(points=(PlacedPoint(40, 70, 1),))),
    "smp_3": Trace((Step("So."),), Answer("b")),
    "smp_4": Trace((Step("Green."),), Answer("b")),
}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    store = Store.open(tmp_path_factory.mktemp("export") / "store")
    images = [{"image_id": name, "bytes": stored, "width": 1, "height": 1} for name, stored in IMAGES.items()]
    for row in images:
        row["width"], row["height"] = {RED: (100, 60), TURNED: (80, 120), GREEN: (50, 50)}[str(row["image_id"])]
    origin = {
        "method": "direct",
        "dialect": "vigorl",
        "candidate": 0,
        "text": "",
        "request_ids": [],
        "selected": True,
        "teacher": "someone",
    }
    traces = [trace_to_row(trace, **(origin | {"sample_id": name})) for name, trace in TRACES.items()]
    verdicts = [{"trace_id": row["trace_id"], "sample_id": row["sample_id"], "kept": True} for row in traces]
    taken = publish(store, "ingest", {"samples": [*map(sample_to_row, SAMPLES)], "images": images}, {"sources": [{"kind": "folder"}]})
    made = publish(store, "generate", {"traces": traces, "verdicts": verdicts}, {}, *taken.values())
    read = [store.read(version) for version in (taken["samples"], made["traces"], made["verdicts"])]
    published = publish_rows(read[0], read[1], read[2], ImageReader(store), STUDENT, CONFIG)
    settings = CONFIG.model_dump(mode="json") | {"student": STUDENT.model_dump(mode="json", include={"dialect", "prompt", "view", "zoom"})}
    rows = {"sft": list(published.rows), "rejects": [row | {"run_id": "run_1"} for row in published.refused]}
    sft = publish(store, "publish", rows, settings, *taken.values(), *made.values())["sft"]
    return Made(store, taken["samples"], sft, {sample.sample_id: sample for sample in SAMPLES}, TRACES)


def publish(
    store: Store, stage: str, tables: dict[str, list[dict[str, Any]]], config: dict[str, Any], *parents: Version
) -> dict[str, Version]:
    with store.draft(stage=stage, stage_key=digest(stage), run_id=new_run_id(), parents=parents, config=config) as draft:
        for name, rows in tables.items():
            draft.add(name, rows)
        return draft.publish().outputs


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
