"""Repeats: texts as numbers that are equal where the texts are, up to case and white space."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.scoring.ragged import Column, Whole, flags

Keys = npt.NDArray[np.uint64]
LAST_SPACE = 32
"""White space and control characters of ASCII are the codes up to this one."""
SPACES = bytes(range(LAST_SPACE + 1))
LOWER = bytes(range(256)).lower()
SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that different samples stay different (2^64 over the golden ratio)."""


def text_keys(texts: Column, samples: Whole) -> Keys:
    """One number for each text of a sample. Of a million different ones two are equal once in 40 million times."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("texts", pa.table({"text": bare(texts)}))
        hashes: Keys = connection.execute("select hash(text) as hash from texts").fetchnumpy()["hash"]
    return hashes ^ (samples.astype(np.uint64) * SPREAD)


def bare(texts: Column) -> Column:
    """Texts in lower case, without white space."""
    is_odd = ~flags(pc.string_is_ascii(texts))
    if is_odd.any():
        odd = ["".join(text.split()).casefold() for text in texts.filter(pa.array(is_odd)).to_pylist()]
        plain: Any = pc.replace_with_mask(texts, pa.array(is_odd), pa.array(odd))
        texts = plain
    return _bare_ascii(texts)


def _bare_ascii(texts: Column) -> Column:
    offsets, letters = _buffers(texts)
    spaces = np.flatnonzero(letters <= LAST_SPACE)
    kept = letters.tobytes().translate(LOWER, SPACES)
    starts = (offsets - np.searchsorted(spaces, offsets)).astype(np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(starts.data), pa.py_buffer(kept))


def _buffers(texts: Column) -> tuple[Whole, npt.NDArray[np.uint8]]:
    """Where each text starts, the last one's end, and the bytes of all."""
    _, offsets, letters = texts.buffers()
    assert offsets is not None
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    whole = np.frombuffer(letters, np.uint8) if letters is not None else np.zeros(0, np.uint8)
    return bounds - bounds[0], whole[bounds[0] : bounds[-1]]
