import pytest

from data.benchmarks.sides import UnknownSideError, Wanted, find_predictions
from data.store import Store, UnknownVersionError

NAMES = ("run_3", "ver_two", "ckp_best", "mine")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store with one answer of each model."""
    store = Store.open(tmp_path_factory.mktemp("sides") / "store")
    for number, name in enumerate(NAMES):
        with store.draft(stage="score", stage_key=name, run_id=f"run_0{number}") as draft:
            draft.add("predictions", [{"prediction_id": f"prd_{number}", "run_id": f"run_0{number}", "model": name, "benchmark": "cups"}])
            draft.publish()
    return store


@pytest.mark.parametrize("name", NAMES)
def test_a_model_may_be_called_as_ids_are(store: Store, name: str) -> None:
    _, rows = find_predictions(store, name)
    assert [row["model"] for row in rows] == [name]


def test_an_id_goes_before_a_name(store: Store) -> None:
    _, rows = find_predictions(store, "run_01")
    assert [row["model"] for row in rows] == ["ver_two"]


@pytest.mark.parametrize(
    ("reference", "wanted", "error", "expected"),
    [
        ("run_4", Wanted(), UnknownSideError, "no run 'run_4' has predictions; there are run_00"),
        ("ver_3x", Wanted(), UnknownVersionError, "there is no version of predictions called 'ver_3x'"),
        ("ckp_worst", Wanted(), UnknownVersionError, "there is no version of checkpoints called 'ckp_worst'"),
        ("run_3", Wanted("plates"), UnknownSideError, "no run 'run_3' has predictions"),
        ("yours", Wanted(), UnknownSideError, "no model 'yours' has answered anything; predictions are of mine, ckp_best, ver_two, run_3"),
    ],
)
def test_what_is_neither_is_told_as_what_it_looks_like(
    store: Store, reference: str, wanted: Wanted, error: type[Exception], expected: str
) -> None:
    with pytest.raises(error, match=expected):
        find_predictions(store, reference, wanted)
