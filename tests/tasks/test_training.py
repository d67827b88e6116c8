from __future__ import annotations

from data.tables import CHECKPOINTS
from data.viewing import ViewConfig
from models.student.config import PretrainConfig, StudentConfig
from tasks.pretrain import pretrain_student
from tasks.stage import Stage
from tests.tasks.conftest import StageRuns

SMALL = PretrainConfig(width=32, heads=2, layers=1, vision_layers=1, vision_steps=1, binding_steps=1, batch_size=2, binding_batch_size=2)
STUDENT = StudentConfig(view=ViewConfig(space="grid:100", min_pixels=112 * 112, max_pixels=112 * 112))


def test_a_published_model_is_kept_once(stage_run: StageRuns) -> None:
    run = stage_run(Stage.PRETRAIN, SMALL, student=STUDENT)
    run.folder.path.mkdir(parents=True)
    manifest = pretrain_student.fn(run)
    assert (run.store.folder(manifest.outputs[CHECKPOINTS]) / "fovea.json").is_file()
    assert not {"model", "work"} & {path.name for path in run.folder.path.iterdir()}
