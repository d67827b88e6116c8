"""Tokenizer: a byte-level BPE vocabulary of the task's own text, in which every word is one token and every digit is one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from data.sources.config import ScenesConfig
from data.sources.scenes import CHOICES, COLORS, SHAPES, TASKS, Band, draw_problems
from models.student.processor import IMAGE_TOKEN, VIDEO_TOKEN, VISION_END, VISION_START

END_OF_TEXT, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL = (END_OF_TEXT, TURN_START, TURN_END, VISION_START, VISION_END, IMAGE_TOKEN, VIDEO_TOKEN)
TAGS = tuple(tag for name in ("think", "answer", "tool_call", "tool_response", "box", "observation") for tag in (f"<{name}>", f"</{name}>"))
"""Marks of the dialects and of tool calls; one token each, and part of the text."""
PIECES = r"\d| ?[A-Za-z]+|\n|[^A-Za-z\d\n]"
"""How text is cut before merging: single digits, words with the space before them, single other characters."""
PHRASES = (
    "system user assistant tool You are a helpful assistant. User: Assistant: Picture Tools",
    'You may call functions. {"name": "zoom", "arguments": {"point": [], "image": , "bbox": []}} crop observation look closer',
    "The is at in. The first second third image. I look for it and see its box. There are two objects, here and there.",
    "It lies to the left right of, above, below, beside, between, near, under, over, on top bottom corner center middle side",
    "so therefore because then now answer question point points box boxes object objects shape shapes color same other both only",
    "same changed was became has no one two three four five six seven eight appears found located compare which that what where",
)
SCENES = 120
"""Drawn problems whose questions the vocabulary is taken from."""
VOCABULARY = 1536
"""The largest number of entries; the text of the task asks for fewer."""


def build_tokenizer() -> Any:
    """The tiny student's tokenizer, the same at every call."""
    tokenizer = Tokenizer(models.BPE())
    cut = pre_tokenizers.Split(Regex(PIECES), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([cut, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    tokenizer.add_tokens([AddedToken(tag, normalized=False, special=False) for tag in TAGS])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=TURN_END, pad_token=END_OF_TEXT, model_max_length=4096)


def word_token(tokenizer: Any, word: str) -> int:
    """The token of a word or digit. Raises ``ValueError`` where it has several."""
    ids: list[int] = tokenizer(word, add_special_tokens=False)["input_ids"]
    if len(ids) != 1:
        raise ValueError(f"{word!r} has {len(ids)} tokens, not one")
    return ids[0]


def _corpus() -> Iterator[str]:
    yield from PHRASES
    for word in (*COLORS, *SHAPES, *CHOICES):
        yield f"{word} {word}"
    yield from _prompts()
    config = ScenesConfig(count=SCENES, tasks=dict.fromkeys(TASKS, 1.0), bands=dict.fromkeys(Band, 1.0))
    for group in range(SCENES):
        for problem in draw_problems(config, group):
            yield problem.question


def _prompts() -> list[str]:
    """The student's prompts, in order of name."""
    folder = files("data") / "prompts" / "student"
    found = sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []
    return [entry.read_text(encoding="utf-8") for entry in found if entry.name.endswith(".txt")]
