"""Code revision: the git commit of the sources, recorded with every version and never part of a key."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path


@cache
def code_revision() -> str | None:
    """The commit of the project's sources, with ``-dirty`` where they differ from it; None where there is no git."""
    head = _git("rev-parse", "HEAD")
    if head is None:
        return None
    return f"{head}-dirty" if _git("status", "--porcelain", "--untracked-files=no") else head


def _git(*arguments: str) -> str | None:
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
