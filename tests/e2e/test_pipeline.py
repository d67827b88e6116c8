import json
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tasks.stage import Stage
from tests.e2e.house import House

pytestmark = pytest.mark.timeout(600)


def newest(house: House, table_name: str) -> str:
    return house.opened().resolve(table_name).version_id


def test_a_deployed_pipeline_publishes_every_stage_and_shows_in_the_api(ran: House) -> None:
    made = {manifest.stage for manifest in ran.opened().manifests()}
    assert made == {str(stage) for stage in Stage}
    flows = {flow["id"]: flow["name"] for flow in ran.ask("flows/filter")}
    runs = [flows[run["flow_id"]] for run in ran.ask("flow_runs/filter") if run["state_type"] == "COMPLETED"]
    assert {"pipeline", *map(str, Stage)} <= set(runs)


def test_a_second_run_has_nothing_to_do(ran: House) -> None:
    before = ran.opened().run_ids()
    done = ran.fovea("run", "smoke")
    assert done.returncode == 0, done.stderr
    assert ran.opened().run_ids() == before


def test_another_threshold_changes_what_is_downstream_and_asks_no_teacher(ran: House) -> None:
    upstream = [newest(ran, name) for name in ("samples", "traces")]
    downstream = [newest(ran, name) for name in ("verdicts", "sft", "rollouts", "scores")]
    calls = len(list(ran.opened().requests()))
    overrides = '{"curate.rules": {"answer_correct": {}, "length": {}}}'
    curated = ran.prefect("deployment", "run", "curate/local", "-p", "recipe=smoke", "-p", f"overrides={overrides}", "--watch")
    assert curated.returncode == 0, curated.stdout
    assert newest(ran, "verdicts") != downstream[0]
    again = ran.prefect("deployment", "run", "pipeline/smoke", "-p", "start=publish", "--watch", "--watch-interval", "1")
    assert again.returncode == 0, again.stdout
    assert [newest(ran, name) for name in ("samples", "traces")] == upstream
    assert not {newest(ran, name) for name in ("verdicts", "sft", "rollouts", "scores")} & set(downstream)
    assert len(list(ran.opened().requests())) == calls


def test_a_cancelled_flow_ends_its_child_and_its_run_reads_as_cancelled(ran: House) -> None:
    long = json.dumps({"pretrain.vision_steps": 100_000})
    started = ran.prefect("deployment", "run", "pretrain/local", "-p", "recipe=smoke", "-p", f"overrides={long}")
    assert started.returncode == 0, started.stdout
    run_id = eventually(lambda: running(ran, "pretrain"))
    eventually(lambda: processes_of(run_id))
    row = ran.opened().run(run_id).recorded()
    ran.ask(f"flow_runs/{row['flow_run_id']}/set_state", state={"type": "CANCELLING"})
    eventually(lambda: ran.opened().run(run_id).recorded()["status"] == "cancelled")
    assert eventually(lambda: not processes_of(run_id))
    assert run_id not in {manifest.run_id for manifest in ran.opened().manifests()}


def running(house: House, stage: str) -> str | None:
    rows = {run_id: house.opened().run(run_id).recorded() for run_id in house.opened().run_ids()}
    return next((run_id for run_id, row in rows.items() if row.get("stage") == stage and row.get("status") == "running"), None)


def processes_of(run_id: str) -> list[int]:
    """Processes whose command line names the run."""
    return [one.pid for one in psutil.process_iter(["cmdline"]) if any(run_id in word for word in one.info["cmdline"] or ())]


def eventually(ask: Callable[[], Any], timeout_s: float = 90.0) -> Any:
    """The first answer that is not nothing."""
    deadline = time.monotonic() + timeout_s
    while not (answer := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return answer
