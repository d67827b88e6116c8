"""Folders: random students of the stock architectures, small enough to train a step in a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForImageTextToText,
    Idefics3Config,
    Idefics3ImageProcessorPil,
    Idefics3Processor,
    Qwen2_5_VLConfig,
    Qwen2VLConfig,
    Qwen2VLImageProcessorPil,
    Qwen3VLConfig,
)

from data.viewing import ViewConfig
from models.student.config import PretrainConfig, StudentConfig
from models.student.load import Student, save_student
from models.student.processor import IMAGE_ONLY, IMAGE_TOKEN, VIDEO_TOKEN, VISION_END, VISION_START, chat_template
from models.student.settings import write_settings
from models.student.tiny.build import build_student
from models.student.tiny.tokenizer import build_tokenizer

ARCHITECTURES = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "idefics3")
TEMPLATES = {"qwen2_vl": "qwen2_5_vl", "qwen2_5_vl": "qwen2_5_vl", "qwen3_vl": "qwen3_vl", "idefics3": "idefics3"}
"""TRL ships none for Qwen2-VL, whose template is that of Qwen2.5-VL."""
WIDTH, HEADS, LAYERS, PATCH, MERGE = 32, 2, 2, 14, 2
IDEFICS_TOKENS = ("<image>", "<fake_token_around_image>", "<end_of_utterance>", "<global-img>")


def build_folder(folder: Path, architecture: str, side: int = 112) -> Path:
    """Save an untrained student that sees ``side`` x ``side`` pixels, and return its folder."""
    torch.manual_seed(0)
    processor = _idefics_processor(side) if architecture == "idefics3" else _qwen_processor(architecture, side)
    configuration = _configuration(architecture, processor, side)
    model = AutoModelForImageTextToText.from_config(configuration)
    tokenizer = processor.tokenizer
    model.generation_config.update(eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, bos_token_id=None)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    write_settings(folder, StudentConfig(base=architecture, view=view(side), max_new_tokens=8))
    return folder


def view(side: int) -> ViewConfig:
    """Thousandths, and the area of a square image of this side."""
    return ViewConfig(space="grid:1000", factor=PATCH * MERGE, min_pixels=side * side, max_pixels=side * side)


def _qwen_processor(architecture: str, side: int) -> Any:
    area = {"shortest_edge": side * side, "longest_edge": side * side}
    images = Qwen2VLImageProcessorPil(patch_size=PATCH, merge_size=MERGE, temporal_patch_size=2, size=area)
    return IMAGE_ONLY[architecture](images, build_tokenizer(), chat_template=chat_template(TEMPLATES[architecture]))


def _idefics_processor(side: int) -> Any:
    images = Idefics3ImageProcessorPil(do_image_splitting=False, size={"longest_edge": side}, max_image_size={"longest_edge": side})
    tokenizer = build_tokenizer()
    tokenizer.add_special_tokens({"additional_special_tokens": list(IDEFICS_TOKENS)})
    tokenizer.eos_token = "<end_of_utterance>"
    tokens = (side // PATCH // MERGE) ** 2
    return Idefics3Processor(images, tokenizer, image_seq_len=tokens, chat_template=chat_template(TEMPLATES["idefics3"]))


def _configuration(architecture: str, processor: Any, side: int) -> Any:
    tokenizer = processor.tokenizer
    text = {
        "vocab_size": -(-len(tokenizer) // 64) * 64,
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "max_position_embeddings": 2048,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    if architecture == "idefics3":
        return _idefics_configuration(text, tokenizer, side)
    sections = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]}
    extra = {"mrope_interleaved": True} if architecture == "qwen3_vl" else {}
    names = {"image": IMAGE_TOKEN, "video": VIDEO_TOKEN, "vision_start": VISION_START, "vision_end": VISION_END}
    ids = {f"{name}_token_id": tokenizer.convert_tokens_to_ids(token) for name, token in names.items()}
    kind: Any = {"qwen2_vl": Qwen2VLConfig, "qwen2_5_vl": Qwen2_5_VLConfig, "qwen3_vl": Qwen3VLConfig}[architecture]
    text |= {"rope_parameters": sections | extra} | ({"head_dim": WIDTH // HEADS} if extra else {})
    return kind(text_config=text, vision_config=_qwen_vision(architecture, side), **ids)


def _qwen_vision(architecture: str, side: int) -> dict[str, Any]:
    shared: dict[str, Any] = {
        "depth": LAYERS,
        "num_heads": HEADS,
        "patch_size": PATCH,
        "spatial_merge_size": MERGE,
        "temporal_patch_size": 2,
    }
    if architecture == "qwen2_vl":
        return shared | {"embed_dim": WIDTH, "hidden_size": WIDTH, "mlp_ratio": 2}
    wide = shared | {"hidden_size": WIDTH, "intermediate_size": 2 * WIDTH, "out_hidden_size": WIDTH}
    if architecture == "qwen2_5_vl":
        return wide | {"window_size": side, "fullatt_block_indexes": [LAYERS - 1]}
    return wide | {"num_position_embeddings": (side // PATCH) ** 2, "deepstack_visual_indexes": [0]}


def _idefics_configuration(text: dict[str, Any], tokenizer: Any, side: int) -> Any:
    vision = {
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "image_size": side,
        "patch_size": PATCH,
    }
    image = tokenizer.convert_tokens_to_ids("<image>")
    return Idefics3Config(
        text_config={"model_type": "llama"} | text,
        vision_config=vision,
        image_token_id=image,
        scale_factor=MERGE,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
    )


def build_tiny_folder(folder: Path, **pretrain: Any) -> Path:
    """Save an untrained tiny student, and return its folder."""
    seen = ViewConfig(space="grid:100", factor=PATCH * MERGE, min_pixels=112 * 112, max_pixels=112 * 112)
    tiny = build_student(PretrainConfig(**pretrain), seen)
    save_student(Student(tiny.model, tiny.processor, StudentConfig(view=seen)), folder)
    return folder
