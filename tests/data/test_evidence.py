from PIL import Image

from data.evidence import EvidenceConfig, cut, windows
from data.trace import PlacedBox

SIZES = [(200, 100)]
CONFIG = EvidenceConfig(least_side_px=1)


def corners(found: list[PlacedBox]) -> list[tuple[float, float, float, float]]:
    return [(box.x1, box.y1, box.x2, box.y2) for box in found]


def test_the_union_stands_behind_the_boxes_of_its_image() -> None:
    found = windows([PlacedBox(10, 10, 40, 40), PlacedBox(60, 20, 90, 50)], SIZES, CONFIG)
    assert corners(found) == [(10, 10, 40, 40), (60, 20, 90, 50), (10, 10, 90, 50)]


def test_one_box_has_no_union_of_its_own() -> None:
    assert corners(windows([PlacedBox(10, 10, 40, 40)], SIZES, CONFIG)) == [(10, 10, 40, 40)]


def test_singles_and_union_can_be_shown_apart() -> None:
    boxes = [PlacedBox(10, 10, 40, 40), PlacedBox(60, 20, 90, 50)]
    assert len(windows(boxes, SIZES, CONFIG.model_copy(update={"union": False}))) == 2
    assert corners(windows(boxes, SIZES, CONFIG.model_copy(update={"singles": False}))) == [(10, 10, 90, 50)]


def test_a_box_that_was_named_before_is_not_shown_again() -> None:
    boxes = [PlacedBox(10, 10, 110, 90), PlacedBox(10, 10, 110, 91), PlacedBox(10, 10, 60, 60)]
    assert len(windows(boxes, SIZES, CONFIG.model_copy(update={"union": False}))) == 2


def test_boxes_are_cut_to_their_image_and_bad_ones_show_nothing() -> None:
    boxes = [PlacedBox(-20, -20, 50, 50), PlacedBox(40, 40, 40, 90), PlacedBox(300, 10, 400, 50), PlacedBox(0, 0, 9, 9, image_index=3)]
    assert corners(windows(boxes, SIZES, CONFIG)) == [(0, 0, 50, 50)]


def test_a_small_box_is_widened_where_there_is_room() -> None:
    (found,) = windows([PlacedBox(0, 48, 10, 52)], SIZES, CONFIG.model_copy(update={"least_side_px": 28}))
    assert (found.x1, found.x2, found.y1, found.y2) == (0, 28, 36, 64)
    (narrow,) = windows([PlacedBox(0, 1, 10, 5)], [(20, 8)], CONFIG.model_copy(update={"least_side_px": 28}))
    assert (narrow.x1, narrow.x2, narrow.y1, narrow.y2) == (0, 20, 0, 8)


def test_a_margin_is_a_share_of_the_side() -> None:
    (found,) = windows([PlacedBox(50, 50, 60, 70)], SIZES, CONFIG.model_copy(update={"margin": 0.5}))
    assert corners([found]) == [(45, 40, 65, 80)]


def test_no_more_are_shown_than_allowed() -> None:
    boxes = [PlacedBox(20 * n, 10, 20 * n + 10, 20) for n in range(9)]
    assert len(windows(boxes, SIZES, CONFIG.model_copy(update={"most": 3, "union": False}))) == 3


def test_a_cut_has_the_size_of_its_window() -> None:
    assert cut(Image.new("RGB", (200, 100)), PlacedBox(10, 20, 50, 90)).size == (40, 70)
