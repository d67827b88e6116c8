import pytest

from data.curation.config import PublishConfig
from tasks.publish import publish_conversations
from tasks.stage import Stage
from tests.tasks.conftest import StageRuns


@pytest.mark.parametrize("dialect", ["vigorl", "vigorl_zoom", "textual"])
def test_every_kept_trace_is_a_conversation_or_a_row_with_a_reason(stage_run: StageRuns, dialect: str) -> None:
    run = stage_run(Stage.PUBLISH, PublishConfig(dialect=dialect))
    made = publish_conversations.fn(run).outputs
    kept = [row["trace_id"] for row in run.store.read(run.order.inputs["verdicts"]).to_pylist() if row["kept"]]
    conversations, refused = (run.store.read(made[name]).to_pylist() for name in ("sft", "rejects"))
    assert sorted([row["trace_id"] for row in conversations] + [row["locator"] for row in refused]) == sorted(kept)
    assert all(row["reason"] for row in refused)
    assert {row["dialect"] for row in conversations} <= {dialect}
    assert run.progress.done == run.progress.total == len(kept)
