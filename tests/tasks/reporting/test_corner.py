from data.store import Store
from tasks.reporting import facts
from tasks.reporting.corner import Corner


def test_a_corner_holds_what_its_versions_came_from(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("sft")) as corner:
        assert [manifest.stage for manifest in corner.manifests] == ["ingest", "generate", "curate", "publish"]


def test_what_was_published_beside_it_is_there_too(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("sft")) as corner:
        assert corner.ask("select count(*) as n from requests") == [{"n": 24}]


def test_what_came_later_is_not(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("sft")) as corner:
        assert corner.ask("select count(*) as n from rollouts") == [{"n": 0}]


def test_the_funnel_narrows(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("checkpoints")) as corner:
        rows = {level.name: level.rows for level in facts.funnel(corner)}
    assert rows["source rows"] == 45
    assert rows["traces written"] > rows["traces kept"] == rows["training conversations"] >= rows["conversations seen in training"]


def test_expenses_add_up(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("scores")) as corner:
        lines = facts.expenses(corner)
    whole = facts.total(lines)
    assert whole.requests == 24
    assert whole.seconds == sum(line.seconds or 0 for line in lines) > 0
    assert whole.dollars is not None
    assert whole.dollars > 0


def test_rewards_are_means_by_step(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("rollouts")) as corner:
        series = facts.rewards(corner)
    assert sorted(series) == ["format", "outcome", "point_in_box"]
    assert [step for step, _ in series["outcome"]] == [1, 2, 3, 4, 5, 6]


def test_stages_of_one_name_are_told_apart_by_their_model(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("scores")) as corner:
        titles = [corner.title(manifest) for manifest in corner.manifests]
    assert titles[-3:] == ["evaluate pretrain", "evaluate finetune", "evaluate reinforce"]
    assert "ingest" in titles
