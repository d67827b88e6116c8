"""Odd replies, drawn by hypothesis: tags, brackets and numbers of any kind, in any order."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

LONGEST = 4300
"""Digits that Python reads as one whole number."""
NUMBERS = ["0", "1", "7", "100", "300", "999", "1500", "0.1", "0.300", "1.0", "-5", "+5", "1e3", "1_0", "NaN", "٣٠٠", "𝟝𝟘", "²", "½"]
TAGS = ["<think>", "</think>", "<answer>", "</answer>", "<answer", "</answer >", "<box>", "</box>", "<|box_start|>", "<|im_end|>"]
SIGNS = ["(", ")", "[", "]", "{", "}", ",", ", ", "(1,", " ", "\n", "\t", "\u00a0", "\u2003", "\u200b", "\x1c", "\x00", "\ud800", "猫", "a"]
SHAPES = [
    "({},{}),({},{})",
    "({}, {}), ({}, {})",
    "( {} , {} ) , ( {} , {} )",
    "[{}, {}, {}, {}]",
    "({}, {}, {}, {})",
    "<box>{} {} {} {}</box>",
    '{{"bbox_2d": [{}, {}, {}, {}]}}',
]
FRAMES = ["{}", "<answer>{}</answer>", "<think></think><answer>{}</answer>", "<think>a {0}</think>\n<answer>{0}</answer>\n"]

numbers = st.sampled_from(NUMBERS) | st.integers(0, 1000).map(str) | st.sampled_from([310, LONGEST, LONGEST + 1]).map(lambda n: "9" * n)
boxes = st.builds(lambda shape, corners: shape.format(*corners), st.sampled_from(SHAPES), st.lists(numbers, min_size=4, max_size=4))
pieces = boxes | numbers | st.sampled_from(TAGS) | st.sampled_from(SIGNS)
spliced = st.lists(pieces, max_size=12).map("".join)
framed = st.builds(lambda frame, said: frame.format(said), st.sampled_from(FRAMES), boxes | spliced)
replies = st.text() | spliced | framed
"""Any text, and texts that look like an answer."""

sides = st.integers(0, 1000) | st.floats(0, 1000)
known_boxes: st.SearchStrategy[Any] = (
    st.lists(sides, min_size=4, max_size=4)
    | st.lists(sides | st.none() | st.text(max_size=3) | st.floats() | st.integers(), max_size=5)
    | st.just([5, 5, 5, 5])
    | st.just([10**400] * 4)
    | st.text()
)
"""Boxes as records have them, and values that are none."""
