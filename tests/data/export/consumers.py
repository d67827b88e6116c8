"""What the trainers do with a data set before they train, by their published rules."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import datasets
from PIL import Image

Row = dict[str, Any]
ODD, EVEN = {"user", "observation"}, {"assistant", "function"}


def llama_factory(folder: Path, name: str) -> list[Row]:
    """LLaMA-Factory: the entry of ``dataset_info.json``, its sharegpt converter, and its check of placeholders against images.

    What its converter would skip with a warning fails here.
    """
    entry = json.loads((folder / "dataset_info.json").read_text())[name]
    assert entry["formatting"] == "sharegpt"
    columns, tags = entry["columns"], entry["tags"]
    rows = datasets.load_dataset("json", data_files=str(folder / entry["file_name"]), split="train", cache_dir=str(folder.parent / "cache"))
    return [_conversation(folder, row, columns, tags) for row in rows]


def _conversation(folder: Path, row: Row, columns: Row, tags: Row) -> Row:
    messages = [(message[tags["role_tag"]], message[tags["content_tag"]]) for message in row[columns["messages"]]]
    if messages[0][0] == tags["system_tag"]:
        messages = messages[1:]
    assert len(messages) % 2 == 0
    assert all(role in (ODD, EVEN)[number % 2] for number, (role, _) in enumerate(messages))
    images = [Image.open(folder / path) for path in row[columns["images"]]]
    assert len(images) == sum(text.count("<image>") for _, text in messages)
    assert not any(mark in text for _, text in messages for mark in ("<video>", "<audio>"))
    return {"messages": messages, "images": [image.convert("RGB") for image in images], "trace_id": row["trace_id"]}


def easyr1(path: Path, answer_key: str = "answer") -> list[Row]:
    """EasyR1's ``RLHFDataset`` with ``prompt_key`` problem and ``image_key`` images."""
    rows = datasets.load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(path.parent.parent / "cache"))
    return [_easyr1_row(row, answer_key) for row in rows]


def _easyr1_row(row: Row, answer_key: str) -> Row:
    content: list[Row] = []
    for number, part in enumerate(row["problem"].split("<image>")):
        content += [{"type": "image"}] if number else []
        content += [{"type": "text", "text": part}] if part else []
    images = [_opened(image) for image in row["images"]]
    assert sum(block["type"] == "image" for block in content) == len(images)
    return {"content": content, "images": images, "ground_truth": row[answer_key]}


def verl(path: Path) -> list[Row]:
    """verl's ``RLHFDataset`` with its own keys."""
    rows = datasets.load_dataset("parquet", data_files=str(path), cache_dir=str(path.parent.parent / "cache"))["train"]
    return [_verl_row(row) for row in rows]


def _verl_row(row: Row) -> Row:
    images, offset = [_opened(image) for image in row["images"]], 0
    for message in row["prompt"]:
        parts = [part for part in re.split("(<image>|<video>)", message["content"]) if part]
        assert "<video>" not in parts
        offset += parts.count("<image>")
    assert offset == len(images)
    assert row["reward_model"]["style"] == "rule"
    judged = {"data_source": row["data_source"], "ground_truth": row["reward_model"]["ground_truth"], "extra_info": row["extra_info"]}
    return judged | {"images": images, "index": row["extra_info"]["index"], "ability": row["ability"]}


def _opened(image: Any) -> Image.Image:
    opened = Image.open(io.BytesIO(image["bytes"])) if isinstance(image, dict) else image
    assert isinstance(opened, Image.Image)
    return opened.convert("RGB")
