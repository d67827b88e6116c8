"""Odd replies for protocols of tags, tool calls and lists of boxes: whole pieces and broken ones, in any order."""

from __future__ import annotations

from hypothesis import strategies as st

from data.benchmarks.protocols import Ruling, get_protocol, rule
from data.benchmarks.protocols.scorer import Line
from tests.data.benchmarks.replies import NUMBERS, SIGNS, TAGS

HUGE = ["9" * 310, "9" * 4300, "9" * 4301]
JSON = ["<tool_call>\n", "\n</tool_call>", "<|box_end|>", "'", '"', "},", "]}}", "[[", "]]", "null", "Infinity", "{}", "[" * 2000]
BOXES = [
    "<box>[{},1,9,9]</box>",
    "<box>[0,0,{},10]</box>",
    "[{{'Position': [0, 0, {}, 10], 'Confidence': 1}}]",
    "[{{'Position': [0, 0, 10, 10], 'Confidence': {}}}]",
    "<|box_start|>(1,{}),(3,4)<|box_end|>",
    "({},0),(10,10)",
    "{}, 10]}}}}",
    "{{'Position': {}, 'Confidence': 1}}",
]
PIECES = [*TAGS, *SIGNS, *NUMBERS, *HUGE, *JSON, *(box.format(number) for box in BOXES for number in [*NUMBERS, *HUGE, "[]", "{}"])]

spliced = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
framed = st.tuples(spliced, spliced).map("<think>{0[0]}</think>\n<answer>{0[1]}</answer>".format)
odd_replies = spliced | framed | st.text(max_size=20)


def judged(protocol: str, line: Line) -> Ruling:
    """The ruling on a line that passes its check."""
    scorer = get_protocol(protocol)
    scorer.check(line)
    return rule(scorer, line)
