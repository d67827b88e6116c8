import pytest

from models.training.config import ReinforceConfig
from models.training.errors import TrainingError
from models.training.pool import Pool, read_pool
from tests.models.training_ground import Ground, make_ground


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("pool"), count=4)


def pool(ground: Ground, **config: object) -> Pool:
    settings = ReinforceConfig.model_validate({"steps": 1} | config)
    return read_pool(ground.store, ground.versions["samples"], ground.versions["images"], ground.student, settings)


def test_only_the_data_sets_asked_for_are_drawn_from(ground: Ground) -> None:
    assert pool(ground, datasets=["scenes"]).samples.keys() == pool(ground).samples.keys()
    with pytest.raises(TrainingError, match=r"data sets \['os_atlas'\]; there are .* and data sets \['scenes'\]"):
        pool(ground, datasets=["os_atlas"])
