"""The example of docs/extend.md is a rule as it stands there."""

import re
from pathlib import Path
from typing import Any

from data.curation.batch import Batch
from data.curation.rule import Rule
from data.curation.rules import RULES
from data.curation.verdicts import make_problems
from data.tables import arrow

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "extend.md").read_text()
(CODE,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def example() -> type[Rule]:
    names: dict[str, Any] = {}
    exec(CODE, names)
    found: type[Rule] = names["ShortAnswer"]
    return found


def test_the_example_is_a_rule() -> None:
    problems = make_problems([])
    rows = [{"trace_id": str(number), "sample_id": "smp", "answer": answer} for number, answer in enumerate([None, "short", "long " * 9])]
    (batch,) = arrow("traces", rows).to_batches()
    rule = example().model_validate({"maximum": 20})
    assert rule.look(Batch(batch, problems, problems.find(batch.column("sample_id")))).tolist() == [True, True, False]


def test_every_rule_is_named_in_the_table() -> None:
    (line,) = re.findall(r"^\| curation rule .*$", TEXT, re.MULTILINE)
    assert [name.strip().lower().replace(" ", "_") for name in line.split("|")[3].split(",")] == list(RULES)
