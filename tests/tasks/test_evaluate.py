from dataclasses import replace

import pytest

from models.exams.config import EvaluateConfig
from tasks.evaluate import evaluation_job, left_out, shard_count
from tasks.stage import Stage
from tests.tasks.conftest import StageRuns


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, 3), ({"limit": 5}, 1), ({"splits": ["test", "train"]}, 6), ({"benchmarks": ["scenes", "own"]}, 6), ({"splits": []}, 0)],
)
def test_progress_counts_the_shards_of_the_chosen_splits(stage_run: StageRuns, settings: dict[str, object], expected: int) -> None:
    run = stage_run(Stage.EVALUATE, EvaluateConfig.model_validate({"batch_size": 4, **settings}))
    assert shard_count(run, evaluation_job(run)) == expected


def test_samples_whose_answer_is_not_known_are_counted_as_left_out(stage_run: StageRuns) -> None:
    run = stage_run(Stage.EVALUATE, EvaluateConfig())
    rows = run.store.read(run.order.inputs["samples"]).to_pylist()
    tested = [row for row in rows if row["split"] == "test"]
    with run.store.draft(stage="ingest", stage_key="unknown", run_id="run_unknown") as draft:
        draft.add("samples", [tested[0] | {"boxes": [], "answer": None}, *tested[1:]])
        samples = draft.publish().outputs["samples"]
    run = replace(run, order=replace(run.order, inputs={**run.order.inputs, "samples": samples}))
    assert left_out(run, evaluation_job(run)) == f"Left out: 1 of {len(tested)} samples, whose answer is not known."
