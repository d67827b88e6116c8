"""Bases: how large the models are that students start from, without their weights.

The numbers of layers, heads and widths are those of the published ``config.json`` files; the weights were counted by building each of
these configurations with transformers on the meta device, and agree with what the model cards say. The tiny student is counted from its
settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.student.config import PretrainConfig

BFLOAT16_BYTES, FLOAT32_BYTES = 2, 4
TYPE_BYTES = {"float32": FLOAT32_BYTES, "bfloat16": BFLOAT16_BYTES, "float16": 2}
VOCABULARY = 896
"""Entries of the tiny student's vocabulary, rounded up as it rounds them; a test holds it against the tokenizer."""
PATCH_VALUES = 3 * 2 * 14 * 14
"""Of one patch of the tiny student: colours, frames, height and width."""
MERGED = 4
"""Patches of one image token."""


@dataclass(frozen=True, slots=True)
class Base:
    """A model's size."""

    weights: int
    """All of them, for example 3,754,622,976."""
    vision: int
    """Those of the vision tower, its merger included."""
    layers: int
    """Of the language model."""
    key_width: int
    """Numbers that one layer keeps of one token as key, and again as value: heads of keys times their width."""
    stored_bytes: int = BFLOAT16_BYTES
    """Of one weight as published."""

    def cache_bytes(self, tokens: int, number_bytes: int) -> int:
        """Bytes that the keys and values of so many tokens take while text is generated."""
        return 2 * self.layers * self.key_width * tokens * number_bytes


KNOWN: Mapping[str, Base] = {
    "Qwen/Qwen2-VL-2B-Instruct": Base(2_208_985_600, 665_271_296, 28, 2 * 128),
    "Qwen/Qwen2-VL-7B-Instruct": Base(8_291_375_616, 675_759_104, 28, 4 * 128),
    "Qwen/Qwen2.5-VL-3B-Instruct": Base(3_754_622_976, 668_684_288, 36, 2 * 128),
    "Qwen/Qwen2.5-VL-7B-Instruct": Base(8_292_166_656, 676_550_144, 28, 4 * 128),
    "Qwen/Qwen3-VL-8B-Instruct": Base(8_767_123_696, 576_388_336, 36, 8 * 128),
}
"""By hub id."""


def tiny_base(config: PretrainConfig, vocabulary: int = VOCABULARY) -> Base:
    """The size of the student that the pretrain stage builds (``models.student.tiny.build``)."""
    width, inner = config.width, 3 * config.width
    attention = 4 * width * width + 3 * width
    language = config.layers * (attention + 3 * width * inner + 2 * width) + width + 2 * vocabulary * width
    block = attention + width + 3 * width * inner + 2 * inner + width + 2 * width
    joined = MERGED * width
    merger = width + joined * joined + joined + joined * width + width
    vision = PATCH_VALUES * width + config.vision_layers * block + merger
    return Base(language + vision, vision, config.layers, width, FLOAT32_BYTES)
