from typing import Any

import pytest

from models.student.bases import KNOWN, VOCABULARY, tiny_base
from models.student.config import PretrainConfig

QWEN25_3B = {
    "text_config": {
        "hidden_size": 2048,
        "num_hidden_layers": 36,
        "num_attention_heads": 16,
        "num_key_value_heads": 2,
        "intermediate_size": 11008,
        "vocab_size": 151936,
        "tie_word_embeddings": True,
    },
    "vision_config": {"depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "out_hidden_size": 2048},
    "tie_word_embeddings": True,
}


def sizes(model: Any) -> tuple[int, int]:
    return sum(one.numel() for one in model.parameters()), sum(one.numel() for one in model.model.visual.parameters())


@pytest.mark.parametrize("settings", [{}, {"width": 64, "layers": 2, "vision_layers": 3}])
def test_the_tiny_student_is_as_large_as_its_settings_say(settings: dict[str, int]) -> None:
    import torch

    from data.viewing import ViewConfig
    from models.student.tiny.build import build_student

    config = PretrainConfig.model_validate(settings)
    with torch.device("meta"):
        built = build_student(config, ViewConfig(space="grid:100", min_pixels=112 * 112, max_pixels=112 * 112))
    base = tiny_base(config)
    assert sizes(built.model) == (base.weights, base.vision)
    assert built.model.get_input_embeddings().weight.shape[0] == VOCABULARY


def test_a_published_base_is_as_large_as_transformers_builds_it() -> None:
    import torch
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    with torch.device("meta"):
        built = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**QWEN25_3B))
    base = KNOWN["Qwen/Qwen2.5-VL-3B-Instruct"]
    assert sizes(built) == (base.weights, base.vision)


def test_the_cache_of_a_token_is_a_key_and_a_value_in_every_layer() -> None:
    assert KNOWN["Qwen/Qwen2.5-VL-7B-Instruct"].cache_bytes(1, 2) == 2 * 28 * 4 * 128 * 2
