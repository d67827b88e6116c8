"""Distilabel's way to ask, for ``bench.teacher``; runs in an environment that has distilabel and not Fovea.

    PYTHON bench/teacher_distilabel.py URL CALLS IN_FLIGHT FOLDER

Its LLM takes a batch of inputs and waits for all of it, so the batch is as large as the calls in flight.
"""

import base64
import json
import re
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
ASKED = "Where is the red circle? Think in steps, and name a point in each."


def write_messages(image: bytes) -> list[dict[str, Any]]:
    url = f"data:image/jpeg;base64,{base64.b64encode(image).decode()}"
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": ASKED}]}]


def main() -> None:
    from distilabel.models import OpenAILLM  # type: ignore[import-not-found]

    url, calls, in_flight, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    stored = [path.read_bytes() for path in sorted((folder / "images").iterdir())]
    llm = OpenAILLM(model="canned", base_url=url, api_key="key", timeout=600, max_retries=0)
    llm.load()
    clock, cpu = time.perf_counter(), time.process_time()
    for start in range(0, calls, in_flight):
        numbers = range(start, min(start + in_flight, calls))
        inputs = [write_messages(stored[number % len(stored)]) for number in numbers]
        said = llm.generate_outputs(inputs=inputs, max_new_tokens=512, temperature=0.7)
        assert all(output["generations"][0] for output in said)
    seconds = {"seconds": time.perf_counter() - clock, "cpu_s": time.process_time() - cpu}
    held = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert held is not None
    print(json.dumps({**seconds, "peak_mb": int(held[1]) / 1024}))


if __name__ == "__main__":
    main()
