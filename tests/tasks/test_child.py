import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tasks.child import launch, run_child, several, thread_environment
from tasks.errors import ChildFailedError

SLEEPER = """
import subprocess, sys, pathlib, os, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {grandchild.pid}")
time.sleep(60)
"""
PARENT = """
import signal, sys
from pathlib import Path
from tasks.child import launch, run_child, several, thread_environment
signal.signal(signal.SIGINT, signal.default_int_handler)
run_child(sys.argv[2:], Path(sys.argv[1]))
"""


def pids_in(path: Path) -> list[int]:
    deadline = time.monotonic() + 20
    while not path.exists() or not path.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return [int(word) for word in path.read_text().split()]


def all_gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 20
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_child_that_fails_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ChildFailedError, match="status 3: no such model"):
        run_child([sys.executable, "-c", "import sys; print('loading'); print('no such model'); sys.exit(3)"], tmp_path / "log")


def test_a_child_that_works_returns(tmp_path: Path) -> None:
    run_child([sys.executable, "-c", "print('done')"], tmp_path / "log")
    assert (tmp_path / "log").read_text() == "done\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_child_and_its_descendants_end_with_the_parent(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", SLEEPER, str(tmp_path / "pids")]
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "log"), *command], stderr=subprocess.DEVNULL) as parent:
        pids = pids_in(tmp_path / "pids")
        os.kill(parent.pid, number)
    assert all_gone(pids)


TELLER = """
import os, pathlib, sys
wanted = ("RANK", "WORLD_SIZE", "OMP_NUM_THREADS", "OMP_WAIT_POLICY")
pathlib.Path(sys.argv[2], os.environ.get("RANK", "alone")).write_text(" ".join(os.environ.get(name, "-") for name in wanted))
"""


@pytest.mark.parametrize(("processes", "expected"), [(1, {"- - 1 PASSIVE"}), (2, {"0 2 1 PASSIVE", "1 2 1 PASSIVE"})])
def test_as_many_processes_start_as_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int, expected: set[str]
) -> None:
    (tmp_path / "teller.py").write_text(TELLER)
    (tmp_path / "told").mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    launch("teller", tmp_path / "told", tmp_path / "log", processes=processes, threads=1)
    assert {path.read_text() for path in (tmp_path / "told").iterdir()} == expected


def test_a_way_that_the_recipe_chooses_holds() -> None:
    assert several(2, ["--use_fsdp"]) == ()
    assert several(1, []) == ()


def test_a_wait_policy_of_the_environment_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert thread_environment(3)["OMP_WAIT_POLICY"] == "ACTIVE"
