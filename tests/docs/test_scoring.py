"""What docs/scoring.md shows of lines is what they give."""

import html
import re
from pathlib import Path

from typer.testing import CliRunner

from data.benchmarks.protocols import PROTOCOLS
from data.benchmarks.protocols.strict import FLAGS
from flows.cli import app

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "scoring.md").read_text()
GIVEN, SAID = re.findall(r"^```json\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def test_the_lines_shown_are_scored_as_shown() -> None:
    done = CliRunner().invoke(app, ["score", "strict", "-"], input=GIVEN)
    assert (done.exit_code, done.stdout) == (0, SAID)


def test_every_strict_score_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \| [^`\n]*\|$", TEXT.split("## Keep them")[0], re.MULTILINE))
    assert explained == {"correct", *FLAGS, "iou"}


def test_every_field_of_every_protocol_is_in_the_table() -> None:
    written = html.unescape(TEXT).replace("\\|", "|")
    for name, scorer in PROTOCOLS.items():
        assert all(f"| `{name}` | `{field}` | {words} |" in written for field, words in scorer.fields.items())
