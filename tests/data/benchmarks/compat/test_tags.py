from __future__ import annotations

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from data.benchmarks.compat import tags

texts = st.lists(st.sampled_from(["<box>", "</box>", "<box", "\n", "\r", "\u2028", "a", "[1,2,3,4]", "<answer>"]), max_size=12).map("".join)


@given(texts)
@settings(deadline=None)
def test_blocks_are_those_of_lazy_patterns(text: str) -> None:
    found = re.search("<box>(.*?)</box>", text, re.DOTALL)
    assert tags.first(text, "box") == (found[1] if found else None)
    assert tags.every(text, "box") == re.findall("<box>(.*?)</box>", text, re.DOTALL)


@given(texts)
@settings(deadline=None)
def test_a_block_on_one_line_is_that_of_a_dot_without_line_feeds(text: str) -> None:
    found = re.search("<box>(.*?)</box>", text)
    assert tags.first_on_line(text, "box") == (found[1] if found else None)


def test_tags_that_never_close_cost_no_more_than_their_length() -> None:
    began = time.process_time()
    for text in ("<box>" * 200_000, "<box>\n" * 200_000 + "</box>"):
        assert tags.first_on_line(text, "box") is None
        assert len(tags.every(text, "box")) == text.count("</box>")
    assert time.process_time() - began < 5
