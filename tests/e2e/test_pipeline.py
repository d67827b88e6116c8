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
