from pathlib import Path
from typing import Any

import pytest

from data.sources.config import IngestConfig, PublishedConfig
from data.sources.presence import RowCount, absent, count_rows
from data.sources.problem import SourceError
from data.sources.published import PublishedSource, brings_chains, images_of, name_of
from flows.estimate.samples import count_samples, dataset_of, most_images, traced


def of(name: str = "mig_bench", **options: Any) -> PublishedConfig:
    return PublishedConfig.model_validate({"name": name} | options)


def said(config: PublishedConfig) -> list[str]:
    return absent(IngestConfig(sources=[config]))


def test_what_is_missing_is_named_before_a_run(tmp_path: Path) -> None:
    assert said(of()) == ["sources.0: data set Michael4933/MIG-Bench is loaded from the hub"]
    assert said(of(path=tmp_path / "gone")) == [f"sources.0: there is no file or folder {tmp_path / 'gone'}"]
    [sentence] = said(of(path=tmp_path))
    assert sentence.startswith(f"sources.0: {tmp_path} holds none of MIG_data.json, ")
    assert said(of("nonesuch"))[0].startswith("sources.0: there is no published data set 'nonesuch'; there are ")


def test_nothing_is_missing_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "MIG_data.json").write_text("[]")
    assert said(of(path=tmp_path)) == []
    assert said(of(path=tmp_path, images=tmp_path / "gone")) == [f"sources.0: there is no folder {tmp_path / 'gone'}"]
    assert "revised_MIG_bench.json" in said(of(path=tmp_path, subset="revised"))[0]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({}, 4295),
        ({"subset": "revised"}, 4276),
        ({"path": "revised_MIG_bench.json"}, 4276),
        ({"limit": 10}, 10),
        ({"name": "refcocog", "limit": 10}, 20),
        ({"name": "mgrounding_630k"}, 630_000),
    ],
)
def test_the_published_count_stands_for_what_cannot_be_counted(options: dict[str, Any], rows: int) -> None:
    assert count_rows(of(**options)) == RowCount(rows, "published")


def test_what_a_recipe_expects_goes_before_what_was_published() -> None:
    assert count_rows(of(expected=7)) == RowCount(7, "expected")
    assert count_rows(of("llmseg_grounding")) == RowCount(None, "not known before ingest")


def test_a_plan_knows_its_images_and_its_chains() -> None:
    config = IngestConfig(sources=[of(), of("univg_r1_sft", split="train")])
    assert (images_of(of()), most_images(config), dataset_of(of()), name_of(of("nonesuch"))) == (6, 6, "mig_bench", "nonesuch")
    assert [brings_chains(of(name)) for name in ("univg_r1_sft", "mig_bench", "nonesuch")] == [True, False, False]
    assert (traced(config).most, count_samples(config, ["test"]).most) == (90_000, 4295)


def test_an_unknown_data_set_is_one_error_naming_those_that_exist() -> None:
    with pytest.raises(SourceError, match=r"there is no published data set 'nonesuch'; there are .*mig_bench"):
        PublishedSource(of("nonesuch"), 1)


def test_a_data_set_without_path_or_hub_says_so() -> None:
    config = of("refcoco", repository="someone/nothing", images="nowhere")
    assert said(config)[-1].startswith("sources.0: there is no folder ")
