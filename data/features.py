"""Features: what ``datasets`` is told of a table whose images it should decode by itself."""

from __future__ import annotations

import json
from typing import Any


def huggingface_metadata(table_name: str) -> dict[bytes, bytes] | None:
    """Schema metadata that makes ``datasets.load_dataset("parquet")`` decode the image column by itself; None where there is none."""
    text: dict[str, Any] = {"dtype": "string", "_type": "Value"}
    if table_name == "sft":
        content = {"feature": {"type": text, "text": text}, "_type": "List"}
        features: dict[str, Any] = dict.fromkeys(("trace_id", "dialect", "sample_id", "split"), text)
        features["messages"] = {"feature": {"role": text, "content": content}, "_type": "List"}
        features["images"] = {"feature": {"_type": "Image"}, "_type": "List"}
        return {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    return None
