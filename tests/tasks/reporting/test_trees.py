import re

from data.store import Store
from tasks.reporting import render_report
from tasks.reporting.corner import Corner
from tasks.reporting.trees import trees


def test_a_tree_comes_with_the_images_that_it_points_at(made_store: Store) -> None:
    with Corner(made_store, made_store.versions("trees")) as corner:
        (grown,) = trees(corner, 3)
        assert list(trees(corner, 0)) == []
    assert grown.summary == "3 nodes; 2 rollouts, 1 right; 1 duplicate"
    assert grown.picture.startswith("data:image/png")
    assert len(grown.layout.boxes) == 4


def test_a_page_draws_visits_values_and_rollouts(made_store: Store) -> None:
    page = render_report(made_store, made_store.versions("trees"), title="made")
    drawing = page[page.index('<svg class="tree"') : page.index("</svg>", page.index('<svg class="tree"'))]
    assert "4 visits, value 0.75" in drawing
    assert "A thing (30,\N{NO-BREAK SPACE}40)" in drawing
    assert re.findall(r'<circle class="(\w+)"', drawing) == ["right", "wrong"]
    assert drawing.count('class="dropped"') == 2


def test_a_page_without_trees_has_no_section_of_them(made_store: Store) -> None:
    page = render_report(made_store, made_store.versions("samples"), title="made")
    assert 'id="trees"' not in page
