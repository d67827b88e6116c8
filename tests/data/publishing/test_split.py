from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from data.publishing.split import component_names, split_samples

IMAGES = st.lists(st.sampled_from([f"img_{number:02}" for number in range(12)]), max_size=3, unique=True)
SAMPLES = st.lists(st.tuples(st.sampled_from(["train", "train", "train", "validation", "test"]), IMAGES), max_size=14)
SHARES = st.sampled_from([0.0, 0.3, 0.7, 1.0])


def rows(drawn: list[tuple[str, list[str]]]) -> list[Mapping[str, Any]]:
    return [{"sample_id": f"smp_{number:02}", "split": split, "image_ids": images} for number, (split, images) in enumerate(drawn)]


@given(SAMPLES, SHARES)
def test_no_image_is_in_two_splits_unless_its_source_put_it_there(drawn: list[tuple[str, list[str]]], share: float) -> None:
    samples = rows(drawn)
    splits = split_samples(samples, share)
    own = {(image, row["split"]) for row in samples if row["split"] != "train" for image in row["image_ids"]}
    for image in {image for row in samples for image in row["image_ids"]}:
        found = {splits.split[row["sample_id"]] for row in samples if image in row["image_ids"] and row["sample_id"] in splits.split}
        assert len(found) <= 1 or {(image, split) for split in found} <= own


@given(SAMPLES, SHARES)
def test_every_sample_has_a_split_or_a_reason_and_held_out_ones_keep_theirs(drawn: list[tuple[str, list[str]]], share: float) -> None:
    samples = rows(drawn)
    splits = split_samples(samples, share)
    assert sorted([*splits.split, *splits.leaks]) == [row["sample_id"] for row in samples]
    assert all(splits.split[row["sample_id"]] == row["split"] for row in samples if row["split"] != "train")
    assert all(splits.split.get(row["sample_id"]) != "test" for row in samples if row["split"] == "train")


@given(SAMPLES, IMAGES, SHARES)
def test_a_new_sample_moves_only_those_that_it_shares_images_with(
    drawn: list[tuple[str, list[str]]], images: list[str], share: float
) -> None:
    samples = rows(drawn)
    more = [*samples, {"sample_id": "smp_99", "split": "train", "image_ids": images}]
    before, after = split_samples(samples, share), split_samples(more, share)
    names = dict(zip((row["sample_id"] for row in more), component_names(more), strict=True))
    moved = {name for name, split in before.split.items() if after.split.get(name) != split}
    assert all(names[name] == names["smp_99"] for name in moved)


@given(SAMPLES)
def test_a_larger_share_keeps_what_a_smaller_one_took(drawn: list[tuple[str, list[str]]]) -> None:
    small, large = (split_samples(rows(drawn), share).split for share in (0.2, 0.6))
    assert all(large[name] == "validation" for name, split in small.items() if split == "validation")


def test_a_share_of_the_training_samples_is_for_validation() -> None:
    samples = rows([("train", [f"img_{number:04}"]) for number in range(2000)])
    splits = list(split_samples(samples, 0.2).split.values())
    assert 330 < splits.count("validation") < 470
    assert set(split_samples(samples, 0.0).split.values()) == {"train"}


def test_samples_are_of_one_component_through_others() -> None:
    samples = rows([("train", ["img_b", "img_c"]), ("train", ["img_a", "img_b"]), ("train", ["img_d"]), ("train", [])])
    assert component_names(samples) == ["img_a", "img_a", "img_d", "smp_03"]
