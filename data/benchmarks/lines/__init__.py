"""Lines: what any model wrote, a JSON object a line, judged by a protocol.

A *line in* has an ``id``, what was said, what is known and what else the protocol names; further fields are ignored. A *line out* is
``{"id", "scores", "reason"}``. A line that is none is *refused*: ``{"id", "scores": null, "error"}``, and the others are judged all the
same. A *chunk* is some lines that stand together, the work of one process at a time; what comes of them leaves in the order of the file.
"""

from __future__ import annotations

from data.benchmarks.lines.chunk import Chunk, Judged, Refusal, chunks_of, judge_chunk
from data.benchmarks.lines.spread import LostProcessError, judge_lines
from data.benchmarks.lines.tally import Tally

__all__ = ["Chunk", "Judged", "LostProcessError", "Refusal", "Tally", "chunks_of", "judge_chunk", "judge_lines"]
