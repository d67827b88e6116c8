import json
from pathlib import Path

import datasets
import pytest

from data.export.reward import easyr1_score, verl_score
from data.export.truth import read_truth
from data.images import open_image
from tasks.export import Asking, export_version
from tests.data.export.conftest import IMAGES, TURNED, Made, files
from tests.data.export.consumers import easyr1, verl


@pytest.fixture
def folder(made: Made, tmp_path: Path) -> Path:
    return export_version(made.store, "latest", "verl", tmp_path / "out").folder


def test_every_file_loads_as_easyr1_loads_it(folder: Path) -> None:
    first, second = easyr1(folder / "train.parquet")
    assert [block["type"] for block in second["content"]] == ["image", "image", "text"]
    assert (first["ground_truth"], second["ground_truth"]) == ("[10.0, 16.667, 30.0, 50.0]", "[25.0, 33.333, 75.0, 83.333]")
    assert second["images"][1].tobytes() == open_image(IMAGES[TURNED]).tobytes()
    assert [row["ground_truth"] for row in easyr1(folder / "test.parquet")] == ["b"]


def test_every_file_loads_as_verl_loads_it(folder: Path) -> None:
    train, test = verl(folder / "train.parquet"), verl(folder / "test.parquet")
    assert [(row["index"], row["extra_info"]["split"]) for row in train] == [(0, "train"), (1, "train")]
    assert test[0]["extra_info"]["sample_id"] == "smp_4"
    assert (test[0]["extra_info"]["category"], test[0]["data_source"], test[0]["ability"]) == ("hue", "set", "grounding")


def test_the_hub_sees_its_splits(folder: Path) -> None:
    loaded = datasets.load_dataset(str(folder), cache_dir=str(folder.parent / "cache"))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 2, "test": 1}


def test_a_known_box_is_in_the_students_space(folder: Path, made: Made) -> None:
    sample, frames, dialect = read_truth(verl(folder / "train.parquet")[1]["extra_info"]["truth"])
    (box,) = sample.boxes
    assert (box.image_index, box.x1, box.y1, box.x2, box.y2) == (1, 25.0, 33.333, 75.0, 83.333)
    assert (dialect, sample.task, str(frames[1].model)) == ("vigorl_zoom", made.problems["smp_2"].task, "grid 100x100")


@pytest.mark.parametrize(
    ("answer", "expected"), [("image 2: (50, 60)", 1.0), ("image 2: (80, 60)", 0.2), ("(50, 60)", 0.2), ("somewhere", 0.0)]
)
def test_a_response_is_scored_as_fovea_scores_it(folder: Path, answer: str, expected: float) -> None:
    row = verl(folder / "train.parquet")[1]
    said = f"<think>\nThere.\n</think>\n<answer>{answer}</answer>"
    told = {name: row[name] for name in ("data_source", "ground_truth", "extra_info")}
    assert verl_score(solution_str=said, **told) == expected
    truth = easyr1(folder / "train.parquet", "truth")[1]["ground_truth"]
    assert easyr1_score([{"response": said, "response_length": 9, "ground_truth": truth}])[0]["overall"] == expected


def test_a_leak_and_a_problem_without_answer_are_left_out(folder: Path) -> None:
    left_out = [json.loads(line) for line in files(folder)["left_out.jsonl"].splitlines()]
    reasons = {row["sample_id"]: row["reason"] for row in left_out}
    assert reasons == {"smp_3": "placeholder", "smp_5": "leak_split", "smp_6": "no_answer"}


def test_samples_are_exported_as_a_recipe_asks_them(made: Made, tmp_path: Path) -> None:
    asking = Asking.model_validate({"student": {"view": {"space": "pixel"}}, "publish": {"validation_share": 1.0}})
    folder = export_version(made.store, made.samples.version_id[:12], "verl", tmp_path / "out", asking=asking).folder
    assert easyr1(folder / "validation.parquet")[0]["ground_truth"] == "[10.0, 10.0, 30.0, 30.0]"
