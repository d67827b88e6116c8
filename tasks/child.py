"""Child: a process that works for a stage and never outlives it.

A *warden* (this module run as a program) stands between the stage and the command. It holds one end of a pipe whose other end the stage
holds; when the stage ends it, or dies by any signal, the warden kills the command with all its descendants, those in sessions of their
own included. The command's output goes to a log in the run's folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from tasks.errors import ChildFailedError

GRACE_S = 5.0
"""Time to end by itself after a SIGTERM."""
LOOK_S = 1.0
TAIL_BYTES = 20_000
WAYS = {"--multi_gpu", "--cpu", "--tpu", "--use_deepspeed", "--use_fsdp", "--use_megatron_lm", "--config_file"}
"""Options of ``accelerate launch`` of which each decides how processes are started."""


def run_child(command: Sequence[str], log: Path, *, environment: Mapping[str, str] | None = None) -> None:
    """Run a command to its end. Raises ``ChildFailedError`` with its last words when its exit status is not 0."""
    log.parent.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    with log.open("ab") as output:
        warden = subprocess.Popen(
            [sys.executable, "-m", "tasks.child", str(reading), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            pass_fds=(reading,),
            start_new_session=True,
        )
    os.close(reading)
    try:
        status = _wait(warden)
    finally:
        os.close(writing)
        warden.wait()
    if status != 0:
        raise ChildFailedError(f"{_name(command)} ended with status {status}: {last_words(log)} (see {log})")


def launch(
    module: str,
    job: Path,
    log: Path,
    *,
    processes: int = 1,
    threads: int = 2,
    arguments: Sequence[str] = (),
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Run ``python -m module --job job`` under ``accelerate launch``. Raises ``ChildFailedError``.

    ``secrets`` go to its environment and nowhere else.
    """
    options = ["--num_processes", str(processes), "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--quiet"]
    options += ["--num_cpu_threads_per_process", str(threads), *several(processes, arguments), *arguments]
    command = [sys.executable, "-m", "accelerate.commands.launch", *options, "-m", module, "--job", str(job)]
    run_child(command, log, environment=thread_environment(threads) | dict(secrets or {}))


def several(processes: int, arguments: Sequence[str]) -> tuple[str, ...]:
    """What makes ``accelerate launch`` start several processes on one machine, with or without GPUs, at a free port.

    Without it, and without GPUs, it starts one and says nothing. Where the arguments choose a way, theirs holds.
    """
    return ("--multi_gpu", "--main_process_port", "0") if processes > 1 and not WAYS & set(arguments) else ()


def thread_environment(threads: int) -> dict[str, str]:
    """Threads per process; idle ones sleep, which is faster where processes share cores and changes no result."""
    policy = os.environ.get("OMP_WAIT_POLICY", "PASSIVE")
    return {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": policy, "TOKENIZERS_PARALLELISM": "false"}


def last_words(log: Path) -> str:
    """The last line that the command wrote."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing, as one that is killed, perhaps for memory")


def kill_tree(process: psutil.Process, grace_s: float = GRACE_S) -> None:
    """End a process and all its descendants: SIGTERM, and SIGKILL for those that remain."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [*process.children(recursive=True), process]
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.terminate()
        _, remaining = psutil.wait_procs(family, grace_s)
        for one in remaining:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(remaining, grace_s)


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Its exit status. Looks again and again, since a flow's timeout reaches this thread only between two looks."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(LOOK_S)


def _name(command: Sequence[str]) -> str:
    modules = [command[index + 1] for index, word in enumerate(command[:-1]) if word == "-m"]
    return modules[-1] if modules else Path(command[0]).name


def _guard(reading: int, command: Sequence[str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    family = psutil.Process(child.pid)

    def watch() -> None:
        os.read(reading, 1)
        kill_tree(family, grace_s=0.2)

    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(_guard(int(sys.argv[1]), sys.argv[2:]))
