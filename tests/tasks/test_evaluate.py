import pytest

from data.benchmarks.config import EvaluateConfig
from tasks.evaluate import evaluation_job, shard_count
from tasks.stage import Stage
from tests.tasks.conftest import StageRuns


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, 3), ({"limit": 5}, 1), ({"splits": ["test", "train"]}, 6), ({"benchmarks": ["scenes", "own"]}, 6), ({"splits": []}, 0)],
)
def test_progress_counts_the_shards_of_the_chosen_splits(stage_run: StageRuns, settings: dict[str, object], expected: int) -> None:
    run = stage_run(Stage.EVALUATE, EvaluateConfig.model_validate({"batch_size": 4, **settings}))
    assert shard_count(run, evaluation_job(run)) == expected
