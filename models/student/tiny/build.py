"""Build: the tiny student from a published architecture's configuration, with a start from which it learns to bind words to places.

Three things of the start matter (measured; without them binding takes many times longer): word embeddings of unit scale that are not
tied to the output, patch embeddings of small scale, and queries equal to keys, so that a token first attends to tokens like itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import GenerationConfig, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2VLImageProcessorPil

from data.viewing import ViewConfig, smart_resize
from models.student.config import PretrainConfig
from models.student.processor import IMAGE_TOKEN, VIDEO_TOKEN, VISION_END, VISION_START, ImageOnlyQwen25VLProcessor, chat_template
from models.student.tiny.tokenizer import build_tokenizer

PATCH, MERGE = 14, 2
INIT_STD, EMBEDDING_STD, PATCH_STD = 0.06, 0.5, 0.02
VOCABULARY_MULTIPLE = 64
POSITIONS = 4096
LONGEST_SIDE = 4096
"""Pixels; an image within a window of this side is attended to as a whole."""


@dataclass(frozen=True, slots=True)
class TinyStudent:
    """A model with its processor."""

    model: Any
    processor: Any


def build_student(config: PretrainConfig, view: ViewConfig) -> TinyStudent:
    """An untrained student; its weights follow ``config.seed``. Raises ``ValueError`` where the view does not fit the model."""
    side = config.image_side
    if view.factor != PATCH * MERGE or smart_resize(side, side, view) != (side, side):
        seen = "x".join(map(str, smart_resize(side, side, view)))
        raise ValueError(
            f"the tiny student sees {side}x{side} pixels in multiples of {PATCH * MERGE}; "
            f"the view makes {seen} of that with factor {view.factor}; set student.view.min_pixels and max_pixels to {side * side}"
        )
    processor = build_processor(view)
    torch.manual_seed(config.seed)
    model = Qwen2_5_VLForConditionalGeneration(_configuration(config, processor.tokenizer))
    _prepare_weights(model)
    model.generation_config = GenerationConfig(
        eos_token_id=processor.tokenizer.eos_token_id, pad_token_id=processor.tokenizer.pad_token_id, bos_token_id=None
    )
    return TinyStudent(model, processor)


def build_processor(view: ViewConfig) -> Any:
    """The image processor of Qwen2-VL with the view's area limits, and the task's tokenizer."""
    images = Qwen2VLImageProcessorPil(
        patch_size=PATCH,
        merge_size=MERGE,
        temporal_patch_size=2,
        size={"shortest_edge": view.min_pixels, "longest_edge": view.max_pixels},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    return ImageOnlyQwen25VLProcessor(images, build_tokenizer(), chat_template=chat_template("qwen2_5_vl"))


def _configuration(config: PretrainConfig, tokenizer: Any) -> Any:
    rotary = config.width // config.heads // 2
    section = [rotary - 2 * (rotary * 3 // 8), rotary * 3 // 8, rotary * 3 // 8]
    ends = {"bos_token_id": None, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    tokens = {"image": IMAGE_TOKEN, "video": VIDEO_TOKEN, "vision_start": VISION_START, "vision_end": VISION_END}
    language = {
        "vocab_size": -(-len(tokenizer) // VOCABULARY_MULTIPLE) * VOCABULARY_MULTIPLE,
        "hidden_size": config.width,
        "intermediate_size": config.width * 3,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.heads,
        "max_position_embeddings": POSITIONS,
        "initializer_range": INIT_STD,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": section},
        "tie_word_embeddings": False,
    }
    vision = {
        "depth": config.vision_layers,
        "hidden_size": config.width,
        "intermediate_size": config.width * 3,
        "num_heads": config.heads,
        "patch_size": PATCH,
        "spatial_merge_size": MERGE,
        "temporal_patch_size": 2,
        "out_hidden_size": config.width,
        "window_size": LONGEST_SIDE,
        "fullatt_block_indexes": list(range(config.vision_layers)),
        "initializer_range": INIT_STD,
    }
    ids = {f"{name}_token_id": tokenizer.convert_tokens_to_ids(token) for name, token in tokens.items()}
    return Qwen2_5_VLConfig(text_config=language | ends, vision_config=vision, tie_word_embeddings=False, **ids)


def _prepare_weights(model: Any) -> None:
    with torch.no_grad():
        model.get_input_embeddings().weight.normal_(0, EMBEDDING_STD)
        model.model.visual.patch_embed.proj.weight.normal_(0, PATCH_STD)
        for layer in model.model.language_model.layers:
            layer.self_attn.q_proj.weight.copy_(layer.self_attn.k_proj.weight)
