from __future__ import annotations

from tasks.score import MODULES
from tasks.sources import closure


def test_the_key_of_kept_lines_knows_all_that_makes_their_rows() -> None:
    makers = {"lines.chunk", "lines.rows", "figures", "intervals", "protocols.strict", "protocols.treebench", "compat.treebench"}
    wanted = {"tasks.score", "data.tables", "data.dialects.univg", *(f"data.benchmarks.{name}" for name in makers)}
    assert wanted <= set(closure(MODULES))
