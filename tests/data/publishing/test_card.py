import pytest

from data.identity import digest
from data.publishing.card import card, card_path
from data.showing import describe
from data.store import Store, StoreError
from tests.data.export.conftest import Made, made

__all__ = ["made"]


def test_a_card_counts_what_a_version_holds(made: Made) -> None:
    text = card(made.store, made.sft)
    assert "| split | test | train |\n| --- | ---: | ---: |\n| rows | 2 | 6 |" in text
    assert "| dialect | test | train |\n| --- | ---: | ---: |\n| textual | 1 | 3 |\n| vigorl_zoom | 1 | 3 |" in text
    assert "| difficulty band | test | train |\n| --- | ---: | ---: |\n| easy | 2 | 0 |\n| none | 0 | 6 |" in text


def test_a_card_says_how_a_version_was_made(made: Made) -> None:
    text = card(made.store, made.sft)
    assert all(version_id in text for version_id in made.sft.parents)
    assert "The teacher is someone." in text
    assert "| made | direct | 4 |" in text
    assert "coordinates are in the space `grid:100`" in text


def test_a_licence_that_no_source_states_is_not_stated(made: Made) -> None:
    assert "licence: not stated" in card(made.store, made.sft)


def test_the_licences_of_the_sources_are_stated(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Store.open(tmp_path_factory.mktemp("licensed"))
    sources = {"sources": [{"kind": "folder", "path": "pictures", "split": "train", "licence": "CC-BY-4.0"}]}
    with store.draft(stage="ingest", stage_key=digest("licensed"), run_id="run_1", config=sources) as draft:
        draft.add("samples", [{"sample_id": "smp_1", "split": "train", "task": "box"}])
        version = draft.publish().outputs["samples"]
    assert "- folder `pictures`, split train; licence: CC-BY-4.0" in card(store, version)


def test_a_refusal_is_on_the_card_of_what_it_was_refused_from(made_store: Store) -> None:
    assert "| outside_image | 2 |" in card(made_store, made_store.resolve("samples"))


def test_a_version_shows_where_its_card_is(made: Made) -> None:
    path = card_path(made.store, made.sft)
    path.unlink()
    assert str(path) in describe(made.store, made.sft.version_id).text
    assert path.read_text() == card(made.store, made.sft)


def test_a_table_that_is_not_published_for_others_has_no_card(made_store: Store) -> None:
    with pytest.raises(StoreError, match="only samples, sft have a card"):
        card(made_store, made_store.resolve("traces"))
