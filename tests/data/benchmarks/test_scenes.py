from dataclasses import replace

import pytest

from data.benchmarks.benchmark import Asking
from data.benchmarks.registry import BENCHMARKS, UnknownBenchmarkError, find_benchmark
from data.benchmarks.scenes import Scenes
from data.sample import Sample, Task
from data.space import Frame, Space
from data.trace import Answer, PlacedBox, PlacedPoint

FRAME = Frame(Space.pixels(100, 100), Space.grid(100))
BOX = PlacedBox(10, 10, 50, 50, role="answer")
SAMPLE = Sample("smp_1", "scenes", "test", Task.BOX, ("img_1",), "Box the red circle.", boxes=(BOX,))
SCENES = Scenes("scenes")


def test_items_are_those_of_the_splits_in_order_of_their_ids() -> None:
    samples = [replace(SAMPLE, sample_id=f"smp_{number}") for number in (3, 1, 2)]
    samples.append(replace(SAMPLE, sample_id="smp_0", split="train"))
    assert [item.sample_id for item in SCENES.items(samples, ["test"], 2)] == ["smp_1", "smp_2"]


def test_a_sample_without_an_answer_is_no_item() -> None:
    assert SCENES.items([replace(SAMPLE, boxes=())], ["test"], None) == []


def test_a_box_is_right_from_half_overlap_on() -> None:
    grade = SCENES.grade(SAMPLE, Answer(boxes=(PlacedBox(10, 10, 50, 30),)), [FRAME])
    assert (grade.correct, grade.iou) == (True, 0.5)
    assert not SCENES.grade(SAMPLE, Answer(boxes=(PlacedBox(10, 10, 50, 29),)), [FRAME]).correct


def test_a_box_is_cut_to_its_image_and_an_inverted_one_is_wrong() -> None:
    corner = replace(SAMPLE, boxes=(PlacedBox(0, 0, 40, 40, role="answer"),))
    assert SCENES.grade(corner, Answer(boxes=(PlacedBox(-30, -30, 40, 40),)), [FRAME]).iou == 1.0
    assert not SCENES.grade(corner, Answer(boxes=(PlacedBox(40, 40, 0, 0),)), [FRAME]).correct


def test_a_point_has_no_iou() -> None:
    grade = SCENES.grade(replace(SAMPLE, task=Task.POINT), Answer(points=(PlacedPoint(20, 20),)), [FRAME])
    assert (grade.correct, grade.iou) == (True, None)


def test_an_unparsable_answer_is_wrong_and_its_box_counts_nothing() -> None:
    grade = SCENES.grade(SAMPLE, None, [FRAME])
    assert (grade.correct, grade.iou) == (False, 0.0)


def test_a_box_over_several_images_is_a_kind_of_its_own() -> None:
    assert SCENES.kind(replace(SAMPLE, image_ids=("img_1", "img_2"))) == "multi_image"
    assert SCENES.kind(SAMPLE) == "box"


def test_the_prompt_is_that_of_training_without_the_answer() -> None:
    messages = SCENES.prompt(SAMPLE, Asking("terse", "vigorl"), [FRAME])
    assert [message["role"] for message in messages] == ["user"]
    assert "Box the red circle." in messages[0]["content"][-1]["text"]


def test_the_prompt_hash_changes_with_prompt_and_dialect() -> None:
    askings = [Asking("terse", "vigorl"), Asking("instructed", "vigorl"), Asking("terse", "univg")]
    assert len({SCENES.prompt_hash(asking) for asking in askings}) == 3


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_every_benchmark_has_a_strict_protocol(name: str) -> None:
    assert find_benchmark(name, ["strict"]).name == name


def test_an_unknown_protocol_is_named() -> None:
    with pytest.raises(UnknownBenchmarkError, match="scenes has no protocol 'loose'; it has strict"):
        find_benchmark("scenes", ["loose"])
