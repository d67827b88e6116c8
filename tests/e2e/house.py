"""House: a store, and the programs that a person runs on it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.store import Store

FOVEA = [sys.executable, "-c", "from flows.cli import main; main()"]
PROJECT = Path(__file__).resolve().parents[2]
STAGE = """
import sys
from flows.environment import prepare
prepare(quiet=True)
from flows.stages import FLOWS
FLOWS[sys.argv[1]](recipe="smoke")
"""
TIMEOUT_S = 400


@dataclass(frozen=True)
class House:
    """A store and the environment in which programs use it."""

    store: Path
    environment: Mapping[str, str]
    api: str = ""

    def fovea(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return self.run([*FOVEA, *arguments], **options)

    def prefect(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run([sys.executable, "-m", "prefect", *arguments])

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=dict(self.environment), cwd=PROJECT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, **options
        )

    def stage(self, stage: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", STAGE, stage]
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, env=dict(self.environment), cwd=PROJECT, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE)

    def ask(self, path: str, **body: Any) -> Any:
        """Post to the Prefect server."""
        request = urllib.request.Request(f"{self.api}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def opened(self) -> Store:
        return Store.open(self.store)
