"""Processor: what turns text and images into a model's input.

The stock Qwen-VL processors ask for a video processor, which needs torchvision. An *image-only* processor is the same class with an
image processor and a tokenizer alone. Importing this module registers the image-only processors with ``AutoProcessor`` by name, so
that a folder saved with one loads in any process; a folder saved with a stock processor keeps it where torchvision is installed.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoProcessor, ProcessorMixin
from transformers.models.qwen2_5_vl import Qwen2_5_VLConfig
from transformers.models.qwen2_5_vl.processing_qwen2_5_vl import Qwen2_5_VLProcessor
from transformers.models.qwen2_vl import Qwen2VLConfig
from transformers.models.qwen2_vl.processing_qwen2_vl import Qwen2VLProcessor
from transformers.models.qwen3_vl import Qwen3VLConfig
from transformers.models.qwen3_vl.processing_qwen3_vl import Qwen3VLProcessor

from data.viewing import ViewConfig

IMAGE_TOKEN, VIDEO_TOKEN = "<|image_pad|>", "<|video_pad|>"
VISION_START, VISION_END = "<|vision_start|>", "<|vision_end|>"


class _ImageOnly(ProcessorMixin):  # type: ignore[misc]
    """The constructor that the image-only processors share."""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: str | None = None, **_: Any) -> None:
        for name, token in (("image", IMAGE_TOKEN), ("video", VIDEO_TOKEN), ("vision_start", VISION_START), ("vision_end", VISION_END)):
            setattr(self, f"{name}_token", token)
            setattr(self, f"{name}_token_id", tokenizer.convert_tokens_to_ids(token))
        ProcessorMixin.__init__(self, image_processor, tokenizer, chat_template=chat_template)


class ImageOnlyQwen2VLProcessor(_ImageOnly, Qwen2VLProcessor):  # type: ignore[misc]
    """Qwen2-VL without video."""


class ImageOnlyQwen25VLProcessor(_ImageOnly, Qwen2_5_VLProcessor):  # type: ignore[misc]
    """Qwen2.5-VL without video."""


class ImageOnlyQwen3VLProcessor(_ImageOnly, Qwen3VLProcessor):  # type: ignore[misc]
    """Qwen3-VL without video."""


IMAGE_ONLY: dict[str, type[_ImageOnly]] = {
    "qwen2_vl": ImageOnlyQwen2VLProcessor,
    "qwen2_5_vl": ImageOnlyQwen25VLProcessor,
    "qwen3_vl": ImageOnlyQwen3VLProcessor,
    "qwen3_vl_moe": ImageOnlyQwen3VLProcessor,
}
"""Model type to the processor that serves it without torchvision."""

AutoProcessor.register(Qwen2VLConfig, ImageOnlyQwen2VLProcessor, exist_ok=True)
AutoProcessor.register(Qwen2_5_VLConfig, ImageOnlyQwen25VLProcessor, exist_ok=True)
AutoProcessor.register(Qwen3VLConfig, ImageOnlyQwen3VLProcessor, exist_ok=True)


def load_processor(source: str | Path) -> Any:
    """The processor of a folder or hub id; the image-only one where the stock one could not be built."""
    if find_spec("torchvision") is None:
        image_only = IMAGE_ONLY.get(AutoConfig.from_pretrained(source).model_type)
        if image_only is not None:
            return image_only.from_pretrained(source)
    return AutoProcessor.from_pretrained(source)


def chat_template(name: str) -> str:
    """A chat template as TRL ships it (``trl/chat_templates``), read without importing TRL, which knows its templates by their text.

    Raises ``FileNotFoundError`` where this TRL has none of that name.
    """
    package = find_spec("trl")
    if package is None or package.origin is None:
        raise FileNotFoundError("trl is not installed, and with it its chat templates")
    return (Path(package.origin).parent / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


def resize_factor(processor: Any) -> int | None:
    """What the sides of a resized image are multiples of, for processors of the Qwen-VL family; None for others."""
    images = processor.image_processor
    merge = getattr(images, "merge_size", None)
    return None if merge is None else int(images.patch_size) * int(merge)


def apply_view(processor: Any, view: ViewConfig) -> None:
    """Set the area limits of the view on a processor that has them.

    Raises ``ValueError`` where the view and the processor disagree on the size of a resized image.
    """
    factor = resize_factor(processor)
    name = type(processor.image_processor).__name__
    if factor is None:
        if view.space == "resized":
            raise ValueError(f"the view's space is resized, but {name} resizes by its own rule; choose pixel, unit or grid:N")
        return
    if factor != view.factor:
        raise ValueError(f"the view's factor is {view.factor}, but {name} resizes to multiples of {factor}")
    processor.image_processor.size = {"shortest_edge": view.min_pixels, "longest_edge": view.max_pixels}


def view_of(processor: Any, space: str = "resized") -> ViewConfig:
    """The view that agrees with a processor as it stands; coordinates in unit where its sizes follow another rule."""
    factor = resize_factor(processor)
    if factor is None:
        return ViewConfig(space="unit" if space == "resized" else space)
    size = dict(processor.image_processor.size)
    return ViewConfig(space=space, factor=factor, min_pixels=size["shortest_edge"], max_pixels=size["longest_edge"])
