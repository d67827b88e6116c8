import re
from html.parser import HTMLParser

import pytest

from data.store import Store
from tasks.reporting import render_report


@pytest.fixture(scope="module")
def page(made_store: Store) -> str:
    versions = [*made_store.versions("scores"), *made_store.versions("rollouts")]
    return render_report(made_store, versions, title="made <store>", description="All of it.", gallery=4)


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    addresses = re.findall(r"""(?:src|href)=["']([^"'#][^"']*)""", page)
    assert addresses
    assert all(address.startswith("data:image/") for address in addresses if not address.startswith("#"))
    assert "@import" not in page
    assert "<script" not in page


def test_words_of_a_store_are_no_markup(page: str) -> None:
    assert "made &lt;store&gt;" in page
    assert "&lt;think&gt;" in page
    assert "<think>" not in page


@pytest.mark.parametrize("section", ["scores", "lineage", "cost", "funnel", "curves", "gallery"])
def test_every_section_is_there(page: str, section: str) -> None:
    assert f'id="{section}"' in page


def test_every_checkpoint_has_its_headline(page: str) -> None:
    tiles = re.findall(r'<div class="label">(\w+), scenes</div>', page)
    assert tiles == ["pretrain", "finetune", "reinforce"]


def test_the_gallery_shows_right_and_wrong(page: str) -> None:
    assert page.count("<article>") == 12
    for word in ("kept", "dropped", "right", "wrong"):
        assert f">{word}</span>" in page


def test_the_same_versions_give_the_same_page(page: str, made_store: Store) -> None:
    versions = [*made_store.versions("scores"), *made_store.versions("rollouts")]
    assert render_report(made_store, versions, title="made <store>", description="All of it.", gallery=4) == page


def test_tags_are_closed(page: str) -> None:
    class Balance(HTMLParser):
        open_tags: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag in {"section", "table", "div", "article", "figure", "details", "svg", "tr"}:
                self.open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag in {"section", "table", "div", "article", "figure", "details", "svg", "tr"}:
                assert self.open_tags.pop() == tag

    balance = Balance()
    balance.feed(page)
    assert not balance.open_tags


def test_a_store_of_samples_alone_has_a_page(made_store: Store) -> None:
    page = render_report(made_store, made_store.versions("samples"), title="samples")
    assert "Nothing was evaluated." in page
    assert "Nothing was trained." in page


def test_nothing_at_all_has_a_page(made_store: Store) -> None:
    assert "<h1>empty</h1>" in render_report(made_store, [], title="empty")
