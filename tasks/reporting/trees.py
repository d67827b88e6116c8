"""Trees: a few searches as drawings, each beside the images that it points at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data.drawing import draw
from data.marks import sample_marks
from data.rows import Row
from data.store.images import ImageReader
from data.trees.layout import Layout, lay_out
from data.trees.outline import summary
from tasks.reporting.corner import Corner
from tasks.reporting.gallery import data_url

MOST = 3
"""Trees that a page shows."""
TREES = """
select tree_id, sample_id, any_value(version_id) as version_id from trees group by tree_id, sample_id
order by least(count(*) filter (where kind = 'rollout' and reward >= 0.5), count(*) filter (where kind = 'rollout' and reward < 0.5)) desc,
  count(*) filter (where kind <> 'rollout') desc, tree_id
limit ?
"""
"""Those first that went right and wrong from many places."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree and what is written above it."""

    tree_id: str
    question: str
    summary: str
    layout: Layout
    picture: str
    """Of the images with the places that the tree names, as a data URL."""


def trees(corner: Corner, most: int) -> Iterator[Grown]:
    """Trees whose sample and images are here, as many as wanted and no more than ``MOST``."""
    images = ImageReader(corner.store)
    for tree in corner.ask(TREES, [min(most, MOST)]):
        samples = corner.ask("select * from samples where sample_id = ? limit 1", [tree["sample_id"]])
        if samples and all(image_id in images for image_id in samples[0]["image_ids"]):
            nodes = corner.ask("select * from trees where tree_id = ? and version_id = ?", [tree["tree_id"], tree["version_id"]])
            yield _grown(tree["tree_id"], nodes, samples[0], images)


def _grown(tree_id: str, nodes: list[Row], sample: Row, images: ImageReader) -> Grown:
    layout = lay_out(nodes, sample["question"])
    picture = draw([images.open(image_id) for image_id in sample["image_ids"]], [*sample_marks(sample), *layout.marks])
    return Grown(tree_id, sample["question"], summary(layout.boxes), layout, data_url(picture))
