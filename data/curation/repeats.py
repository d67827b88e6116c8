"""Repeats: which texts say the same, up to case and white space, without looking closely at most of them.

A *sketch* counts a few kinds of characters of a text; equal texts have equal sketches, and few others do. A *key* is a hash of the text
itself in lower case and without white space. It is taken only of texts whose sketch another text of the same sample has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.scoring.ragged import Column, Flags, Whole, flags

Keys = npt.NDArray[np.uint64]
Letters = npt.NDArray[np.uint8]
NO_KEY = np.uint64(0)
LAST_SPACE = 32
"""White space and control characters of ASCII are the codes up to this one."""
SPACES = bytes(range(LAST_SPACE + 1))
LOWER = bytes(range(256)).lower()
FIRST_ODD = 128
"""Codes from this one on are parts of other letters than ASCII's."""
BITS = (1,)
"""Bits of a character's code that a sketch counts beside the characters; its case is another one."""
MULTIPLIERS = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""Odd numbers that spread counts over 64 bits."""
WORD = 64


def sketches(texts: Column, samples: Whole) -> Keys:
    """A number for each text of a sample, folded. Texts that are equal have the same, others seldom."""
    offsets, letters = _buffers(texts)
    is_black = _packed(letters > LAST_SPACE)
    counts = [_counts(is_black, offsets), *(_counts(is_black & _packed(letters & bit), offsets) for bit in BITS)]
    found = np.zeros(len(texts), dtype=np.uint64)
    for count, multiplier in zip([samples, *counts], MULTIPLIERS, strict=True):
        found = (found ^ count.astype(np.uint64)) * np.uint64(multiplier)
    return found


def text_keys(texts: Column, samples: Whole) -> Keys:
    """A hash of each text of a sample, folded, never ``NO_KEY``; it is of use in this process only."""
    hashes = map(hash, zip(samples.tolist(), bare(texts).to_pylist(), strict=True))
    return np.fromiter(hashes, dtype=np.int64, count=len(texts)).view(np.uint64) | np.uint64(1)


def has_double(values: Keys) -> Flags:
    """Whether another value is the same."""
    order = np.argsort(values)
    is_same = values[order][1:] == values[order][:-1]
    found = np.zeros(len(values), dtype=bool)
    found[order[1:][is_same]] = True
    found[order[:-1][is_same]] = True
    return found


def bare(texts: Column) -> Column:
    """Folded texts in lower case, without white space."""
    offsets, letters = _buffers(texts)
    spaces = np.flatnonzero(letters <= LAST_SPACE)
    kept = letters.tobytes().translate(LOWER, SPACES)
    starts = (offsets - np.searchsorted(spaces, offsets)).astype(np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(starts.data), pa.py_buffer(kept))


def fold_odd(texts: Column) -> Column:
    """Texts with other letters than ASCII's in lower case and without white space, the others as they are."""
    if _buffers(texts)[1].max(initial=0) < FIRST_ODD:
        return texts
    is_odd = ~flags(pc.string_is_ascii(texts))
    odd: Any = pa.array(is_odd)
    return pc.replace_with_mask(texts, odd, pa.array(["".join(text.split()).casefold() for text in texts.filter(odd).to_pylist()]))


def _buffers(texts: Column) -> tuple[Whole, Letters]:
    """Where each text starts, the last one's end, and the bytes of all."""
    _, offsets, letters = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    whole = np.frombuffer(letters, np.uint8) if letters is not None else np.zeros(0, np.uint8)
    return bounds - bounds[0], whole[bounds[0] : bounds[-1]]


def _packed(letters: npt.NDArray[Any]) -> Keys:
    """One bit for each letter, whether it is not 0, in words of 64."""
    packed = np.zeros((len(letters) // WORD + 1) * WORD // 8, dtype=np.uint8)
    packed[: -(-len(letters) // 8)] = np.packbits(letters, bitorder="little")
    return packed.view(np.uint64)


def _counts(words: Keys, offsets: Whole) -> Whole:
    """How many bits are set between each offset and the next."""
    before = np.zeros(len(words) + 1, dtype=np.int64)
    np.cumsum(np.bitwise_count(words), out=before[1:], dtype=np.int64)
    below = (np.uint64(1) << (offsets % WORD).astype(np.uint64)) - np.uint64(1)
    at = offsets // WORD
    return np.diff(before[at] + np.bitwise_count(words[at] & below))
