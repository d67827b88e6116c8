from data.store import Manifest, Store
from tasks.reporting.lineage import Graph, lay_out


def drawn(manifests: list[Manifest]) -> Graph:
    return lay_out(manifests, [manifest.stage for manifest in manifests])


def test_every_stage_stands_right_of_what_it_read(made_store: Store) -> None:
    graph = drawn(made_store.manifests())
    places = {node.title: node.x for node in graph.nodes if node.title != "evaluate"}
    assert places["ingest"] < places["generate"] < places["curate"] < places["publish"] < places["finetune"] < places["reinforce"]
    assert places["pretrain"] == 0


def test_no_two_stages_overlap(made_store: Store) -> None:
    graph = drawn(made_store.manifests())
    for one in graph.nodes:
        for other in graph.nodes:
            apart = one.x != other.x or one.y + one.height <= other.y or other.y + other.height <= one.y
            assert one is other or apart


def test_edges_that_follow_from_others_are_left_out(made_store: Store) -> None:
    graph = drawn([manifest for manifest in made_store.manifests() if manifest.stage in {"ingest", "generate", "curate", "publish"}])
    assert len(graph.edges) == 3


def test_nothing_has_an_empty_drawing() -> None:
    assert drawn([]).nodes == ()
