from typing import Any

import pytest

from data.catalog import query
from data.showing import UnknownIdError, describe
from data.store import Store, UnknownVersionError


def one(store: Store, sql: str) -> Any:
    return query(store, sql)[1][0][0]


def test_a_trace_shows_its_picture_and_the_call_that_wrote_it(made_store: Store) -> None:
    shown = describe(made_store, one(made_store, "select min(trace_id) from traces"))
    assert shown.picture is not None
    assert [ancestor.table_name for ancestor in shown.ancestors][:2] == ["requests", "samples"]


def test_a_prediction_leads_back_to_its_checkpoint(made_store: Store) -> None:
    shown = describe(made_store, one(made_store, "select prediction_id from predictions where model = 'reinforce' limit 1"))
    tables = [ancestor.table_name for ancestor in shown.ancestors]
    assert {"samples", "images", "checkpoints", "sft", "traces"} <= set(tables)


def test_a_rollout_names_its_run_and_step(made_store: Store) -> None:
    shown = describe(made_store, one(made_store, "select max(rollout_id) from rollouts"))
    assert shown.ancestors[0].table_name == "runs"
    assert shown.ancestors[0].note.startswith("step ")


def test_a_tree_is_shown_as_a_picture_and_as_lines(made_store: Store) -> None:
    shown = describe(made_store, one(made_store, "select min(tree_id) from trees")[:14])
    assert shown.id == one(made_store, "select min(tree_id) from trees")
    assert "4 visits, value 0.75: [1] A thing (30, 40) stands here.  +-" in shown.text
    assert shown.picture is not None
    assert [ancestor.table_name for ancestor in shown.ancestors][:2] == ["samples", "images"]


@pytest.mark.parametrize("table_name", ["images", "samples", "requests", "runs"])
def test_every_kind_of_row_can_be_shown(made_store: Store, table_name: str) -> None:
    key = {"images": "image_id", "samples": "sample_id", "requests": "request_id", "runs": "run_id"}[table_name]
    identity = one(made_store, f"select max({key}) from {table_name}")
    shown = describe(made_store, identity)
    assert shown.id == identity
    assert identity in shown.text


def test_a_sample_of_several_images_shows_all_of_them(made_store: Store) -> None:
    shown = describe(made_store, one(made_store, "select sample_id from samples where len(image_ids) > 1 limit 1"))
    assert shown.picture is not None
    assert shown.picture.width > 1.5 * shown.picture.height


def test_a_checkpoint_shows_what_it_was_made_from(made_store: Store) -> None:
    shown = describe(made_store, made_store.resolve("checkpoints").version_id)
    assert "reinforce" in shown.text
    assert "\nrows" not in shown.text
    assert {"samples", "checkpoints"} <= {ancestor.table_name for ancestor in shown.ancestors}


def test_the_start_of_an_id_is_enough(made_store: Store) -> None:
    identity = one(made_store, "select max(sample_id) from samples")
    assert describe(made_store, identity[:12]).id == identity


def test_an_unknown_id_is_said_in_one_sentence(made_store: Store) -> None:
    with pytest.raises(UnknownIdError, match="no row of traces has an id that starts with 'trc_nothing'"):
        describe(made_store, "trc_nothing")
    with pytest.raises(UnknownIdError, match="'nothing' is no id that can be shown"):
        describe(made_store, "nothing")
    with pytest.raises(UnknownVersionError, match="ver_nothing"):
        describe(made_store, "ver_nothing")


def test_an_id_of_several_rows_is_refused(made_store: Store) -> None:
    with pytest.raises(UnknownIdError, match="more than one row"):
        describe(made_store, "smp_")
