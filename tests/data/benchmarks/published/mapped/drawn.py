"""Small records in the published schema of each question set, with images drawn for them."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from data.benchmarks.published import Material, get_published
from data.sources.config import PublishedConfig
from data.sources.problem import Problem, Reject

LETTERED = "How many birds are there?\nSelect from the following choices.\n(A) one\n(B) two"


def picture(color: str = "teal", width: int = 24, height: int = 16) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), color).save(buffer, "PNG")
    return buffer.getvalue()


def stored(color: str = "teal") -> dict[str, Any]:
    return {"bytes": picture(color), "path": None}


def text64(color: str = "teal") -> str:
    return b64encode(picture(color)).decode()


HR_BENCH: dict[str, Any] = {
    "index": 0,
    "question": "What color is the kite?",
    "answer": "B",
    "category": "single",
    "A": "red",
    "B": "blue",
    "C": "green",
    "D": "white",
    "cycle_category": "0",
    "image": text64(),
}
CV_BENCH: dict[str, Any] = {
    "idx": 0,
    "type": "2D",
    "task": "Count",
    "image": stored(),
    "question": "How many birds?",
    "choices": ["one", "two"],
}
CV_BENCH |= {"answer": "(B)", "prompt": LETTERED, "filename": "a.png", "source": "COCO", "source_dataset": "COCO", "source_filename": "a"}
POPE: dict[str, Any] = {
    "id": "0",
    "question_id": "1",
    "question": "Is there a dog in the image?",
    "answer": "yes",
    "image_source": "COCO_1",
}
POPE |= {"image": stored(), "category": "random"}
ROBOSPATIAL: dict[str, Any] = {
    "category": "configuration",
    "question": "Is the cup left of the plate? Answer yes or no.",
    "answer": "No",
    "img": stored(),
}
RECORDS: Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "blink": (
        "Counting/val-00000-of-00001.parquet",
        {"idx": "val_Counting_1", "question": "How many birds are there?", "sub_task": "Counting", "image_1": stored(), "image_2": None}
        | {"image_3": None, "image_4": None, "choices": ["one", "two"], "answer": "(B)", "prompt": LETTERED, "explanation": ""},
        {"answer": "hidden"},
    ),
    "robospatial_home": ("data/configuration-00000-of-00001.parquet", ROBOSPATIAL, {"answer": "[(0.1, 0.2)]"}),
    "hr_bench_4k": ("hr_bench_4k.parquet", HR_BENCH, {"image": "not base64"}),
    "hr_bench_8k": ("hr_bench_8k.parquet", HR_BENCH, {"answer": "E"}),
    "mme_realworld_lite": (
        "data/train-00000-of-00004.parquet",
        {"bytes": text64(), "index": "7", "question": "What is written there?", "multi-choice options": ["(A) here", "(B) there"]}
        | {"answer": "B", "category": "Perception/Remote Sensing", "l2-category": "count"},
        {"multi-choice options": ["(A) there", "(B) there"]},
    ),
    "pope": ("data/test-00000-of-00003.parquet", POPE, {"answer": "maybe"}),
    "realworldqa": (
        "data/test-00000-of-00002.parquet",
        {"image": stored(), "question": "Which is closer?\n\nA. The car\nB. The tree\nPlease answer directly.", "answer": "B"},
        {"answer": "D"},
    ),
    "cv_bench_2d": ("test_2d.parquet", CV_BENCH, {"answer": "(C)"}),
    "cv_bench_3d": ("test_3d.parquet", CV_BENCH | {"type": "3D", "source": "Omni3D"}, {"image": {"bytes": b"no image", "path": None}}),
    "mmiu": (
        "all.parquet",
        {"task": "person_reid", "visual_input_component": "natural image", "source": "market", "question": "Who is it?", "output": "B"}
        | {"options": "A: the second\nB: the third", "context": "Select from the following choices.\nA: the second\nB: the third\n"}
        | {"input_image_path": ["./High-level-sub-semantic/a.png", "./High-level-sub-semantic/b.png"]},
        {"output": "G"},
    ),
}
"""Of each set the name of a file, a record in the published schema, and what of it is otherwise in one that must fail."""


def write(path: Path, *rows: Mapping[str, Any]) -> Path:
    """Records as a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), path)
    return path


def lay_out(folder: Path, name: str) -> Path:
    """A folder as the set is published, with a good record and one that must fail."""
    file, record, otherwise = RECORDS[name]
    write(folder / file, record, record | otherwise)
    for image in record.get("input_image_path", ()):
        (folder / image).parent.mkdir(exist_ok=True)
        (folder / image).write_bytes(picture())
    return folder


def read(name: str, path: Path, **options: Any) -> list[Problem | Reject]:
    """What a set yields of a folder or a file."""
    return list(get_published(name).read(Material(PublishedConfig(name=name, path=path, **options), 1_000_000)))
