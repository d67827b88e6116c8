"""Tags: what stands between ``<tag>`` and ``</tag>``, as the lazy patterns of published code find it.

A *block* runs from an opening tag to the first closing tag after it. Finding one takes time that grows with the text alone.
"""

from __future__ import annotations


def first(text: str, tag: str) -> str | None:
    """The first block, over any number of lines; None where there is none."""
    opening = f"<{tag}>"
    start = text.find(opening)
    end = text.find(f"</{tag}>", start) if start >= 0 else -1
    return text[start + len(opening) : end] if end >= 0 else None


def first_on_line(text: str, tag: str) -> str | None:
    """The first block without a line feed in it, as a pattern finds it whose dot means no line feed."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    start = text.find(opening)
    while start >= 0:
        end = text.find(closing, start)
        if end < 0:
            return None
        feed = text.rfind("\n", start, end)
        if feed < 0:
            return text[start + len(opening) : end]
        start = text.find(opening, feed)
    return None


def every(text: str, tag: str) -> list[str]:
    """Every block from left to right; a tag that opens in one is part of it."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    blocks = []
    start = text.find(opening)
    while start >= 0:
        end = text.find(closing, start)
        if end < 0:
            break
        blocks.append(text[start + len(opening) : end])
        start = text.find(opening, end)
    return blocks
