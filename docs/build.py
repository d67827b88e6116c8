"""Build the documents: run every runnable block of README.md and docs/*.md on a store and write its output below it.

    python docs/build.py [--store STORE] [--check]

Runnable are ``sql`` blocks, whose answer becomes the ``text`` block that follows, and ``console`` blocks, in which each ``$ fovea`` line
is run and the lines below it become what it printed. ``--check`` runs everything and writes nothing. The store is that of the recipe smoke
and of those in ``docs/recipes``, which have streams and looks; ``make docs`` makes it first.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.catalog import query
from data.store import Store, StoreError

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(?P<kind>sql|console)\n(?P<body>.*?)^```\n(?P<answer>\n```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL)
PROMPT = "$ "
TIMEOUT_S = 120
LONGEST_CELL = 60
LONGEST_OUTPUT = 30
"""Lines of a command's output that are shown."""


@dataclass(frozen=True, slots=True)
class Block:
    """One runnable block and where it stands, for example ``docs/queries.md:24``."""

    place: str
    kind: str
    body: str


class BlockError(Exception):
    """A block that does not run; the text names its place."""


def documents(root: Path = ROOT) -> list[Path]:
    """Every document with blocks."""
    return [path for path in (root / "README.md", *sorted((root / "docs").glob("*.md"))) if path.exists()]


def blocks(path: Path) -> list[Block]:
    """The runnable blocks of a document."""
    text = path.read_text()
    return [_block(path, text, match) for match in BLOCK.finditer(text)]


def build(path: Path, store: Store) -> str:
    """The document with the outputs of its blocks as they are now. Raises ``BlockError``."""
    text = path.read_text()
    return BLOCK.sub(lambda match: _rewritten(_block(path, text, match), match, store), text)


def answer(block: Block, store: Store) -> str:
    """The answer to an ``sql`` block as a Markdown-like table of text. Raises ``BlockError``."""
    try:
        names, rows = query(store, block.body)
    except StoreError as error:
        raise BlockError(f"{block.place}: {error}") from error
    return table(names, rows)


def commands(block: Block) -> list[str]:
    """The command lines of a ``console`` block."""
    return [line.removeprefix(PROMPT) for line in block.body.splitlines() if line.startswith(PROMPT)]


def run_command(command: str, place: str, store: Store) -> str:
    """What a ``fovea`` command prints. Raises ``BlockError``."""
    words = [sys.executable, "-c", "from flows.cli import main; main()", *shlex.split(command)[1:]]
    environment = {**os.environ, "FOVEA_STORE": str(store.root), "COLUMNS": "120", "NO_COLOR": "1"}
    done = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=ROOT, env=environment)
    if done.returncode != 0:
        raise BlockError(f"{place}: `{command}` ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    printed = "\n".join(line.rstrip() for line in done.stdout.replace(str(store.root), "store").splitlines())
    lines = printed.strip("\n").splitlines()
    return "\n".join(lines[:LONGEST_OUTPUT] + (["..."] if len(lines) > LONGEST_OUTPUT else []))


def table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows under their names, in columns."""
    cells = [list(names), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *(lines[1:] or ["(no rows)"])])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every block; the exit status is 1 where one fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="The store to ask; default FOVEA_STORE, else ./store.")
    parser.add_argument("--check", action="store_true", help="Write nothing.")
    given = parser.parse_args(arguments)
    store = Store.open(given.store)
    failed = 0
    for path in documents():
        try:
            text = build(path, store)
        except BlockError as error:
            sys.stderr.write(f"{error}\n")
            failed += 1
            continue
        if not given.check:
            path.write_text(text)
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(blocks(path))} blocks\n")
    return 1 if failed else 0


def _block(path: Path, text: str, match: re.Match[str]) -> Block:
    line = text.count("\n", 0, match.start()) + 1
    return Block(f"{path.name}:{line}", match["kind"], match["body"])


def _rewritten(block: Block, match: re.Match[str], store: Store) -> str:
    if block.kind == "sql":
        return f"```sql\n{block.body}```\n\n```text\n{answer(block, store)}\n```\n"
    if not any(command.startswith("fovea ") for command in commands(block)):
        return match[0]
    return "```console\n" + "".join(_exchange(command, block, store) for command in commands(block)) + "```\n" + (match["answer"] or "")


def _exchange(command: str, block: Block, store: Store) -> str:
    if not command.startswith("fovea "):
        raise BlockError(f"{block.place}: `{command}` is no fovea command; give it a block of its own")
    output = run_command(command, block.place, store)
    return f"{PROMPT}{command}\n{output}\n" if output else f"{PROMPT}{command}\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 3]}..."


if __name__ == "__main__":
    sys.exit(main())
