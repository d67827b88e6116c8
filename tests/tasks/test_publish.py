import pytest

from data.publishing.card import card_path
from data.publishing.config import PublishConfig
from tasks.publish import publish_conversations
from tasks.stage import Stage
from tests.tasks.conftest import StageRuns


@pytest.mark.parametrize("dialect", ["vigorl", "vigorl_zoom", "textual"])
def test_every_kept_trace_is_a_conversation_or_a_row_with_a_reason(stage_run: StageRuns, dialect: str) -> None:
    run = stage_run(Stage.PUBLISH, PublishConfig(dialects=[dialect]))
    made = publish_conversations.fn(run).outputs
    kept = [row["trace_id"] for row in run.store.read(run.order.inputs["verdicts"]).to_pylist() if row["kept"]]
    conversations, refused = (run.store.read(made[name]).to_pylist() for name in ("sft", "rejects"))
    assert sorted([row["trace_id"] for row in conversations] + [row["locator"] for row in refused]) == sorted(kept)
    assert all(row["reason"] for row in refused)
    assert {row["dialect"] for row in conversations} <= {dialect}
    assert run.progress.done == run.progress.total == len(kept)


def test_a_version_in_several_dialects_has_a_card_that_counts_them(stage_run: StageRuns) -> None:
    run = stage_run(Stage.PUBLISH, PublishConfig(dialects=["vigorl", "textual"], traces_per_sample=2))
    version = publish_conversations.fn(run).outputs["sft"]
    text = (run.store.root / "cards" / f"{version.version_id}.md").read_text()
    dialects = run.store.read(version, ["dialect"])["dialect"].to_pylist()
    assert dialects.count("vigorl") == dialects.count("textual") > 0
    assert f"| vigorl | {dialects.count('vigorl')} |" in text
    assert text == card_path(run.store, version).read_text()
