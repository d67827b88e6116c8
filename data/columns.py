"""Columns: the Arrow types that columns of tables have. Coordinates are pixels of the stored image."""

from __future__ import annotations

import pyarrow as pa

TEXT = pa.string()
TEXTS = pa.list_(pa.string())
REAL = pa.float64()
WHOLE = pa.int64()
FLAG = pa.bool_()
TIME = pa.timestamp("us", tz="UTC")
POINT = pa.struct([("image_index", WHOLE), ("x", REAL), ("y", REAL), ("label", TEXT)])
BOX = pa.struct([("image_index", WHOLE), ("x1", REAL), ("y1", REAL), ("x2", REAL), ("y2", REAL), ("label", TEXT), ("role", TEXT)])
MENTION = pa.struct([("offset", WHOLE), ("image_index", WHOLE), ("x", REAL), ("y", REAL), ("x2", REAL), ("y2", REAL), ("label", TEXT)])
"""A point where ``x2`` and ``y2`` are null, else a box from (x, y) to (x2, y2)."""
STEP = pa.struct([("thought", TEXT), ("mentions", pa.list_(MENTION)), ("zooms", pa.list_(POINT))])
CONTEXT = pa.struct([("role", TEXT), ("text", TEXT)])
TURN = pa.struct(
    [("role", TEXT), ("text", TEXT), ("image_id", TEXT), ("crop", pa.list_(REAL)), ("points", pa.list_(POINT)), ("call_error", TEXT)]
)
"""What was said, and what of which image was shown: ``crop`` is the window (x1, y1, x2, y2) of a closer look, ``points`` the place that was
asked for. A question with several images has an entry without text for each but the last, so that every entry has one image."""
REWARDS = pa.map_(TEXT, REAL)
MESSAGE = pa.struct([("role", TEXT), ("content", pa.list_(pa.struct([("type", TEXT), ("text", TEXT)])))])
IMAGE = pa.struct([("bytes", pa.binary()), ("path", TEXT)])
