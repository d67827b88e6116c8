"""MIG-Bench from its published file to scores by three protocols, answered by an endpoint over real HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.e2e.house import House

RECORDS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "mig_bench" / "MIG_data.json"
TAKEN = 2
"""Records of each task."""
RECIPE = """
[ingest]
sources = [{{ kind = "published", name = "mig_bench", path = "{folder}" }}]

[student]
dialect = "univg"
prompt = "spelled"
view = {{ space = "grid:1000" }}

[evaluate]
benchmarks = ["mig_bench"]
protocols = ["all"]
checkpoints = []
endpoint = {{ provider = "embedded" }}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the real records, with one whose box is inverted, and a drawn picture for each of their images."""
    if not RECORDS.is_file():
        pytest.skip(f"the published records are not at {RECORDS}")
    root = tmp_path_factory.mktemp("mig")
    records: list[dict[str, Any]] = json.loads(RECORDS.read_text())
    taken = [
        record for task in sorted({one["task"] for one in records}) for record in [one for one in records if one["task"] == task][:TAKEN]
    ]
    inverted = next(one for one in records if one["answer"][0] > one["answer"][2] or one["answer"][1] > one["answer"][3])
    taken.append(inverted)
    (root / "MIG_data.json").write_text(json.dumps(taken))
    for number, name in enumerate(sorted({name for record in taken for name in record["images"]})):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.new("RGB", (224, 224), "white")
        ImageDraw.Draw(picture).ellipse((40, 40, 100 + number % 60, 100 + number % 60), fill="red")
        picture.save(path, "JPEG" if path.suffix.lower() in {".jpg", ".jpeg"} else "PNG")
    return root


@pytest.fixture(scope="module")
def ran(house: House, folder: Path) -> House:
    recipe = folder / "mig.toml"
    recipe.write_text(RECIPE.format(folder=folder))
    done = house.fovea("run", str(recipe))
    assert done.returncode == 0, done.stderr
    return house


def asked(house: House, question: str) -> list[list[str]]:
    return [line.split(",") for line in house.fovea("sql", "--csv", question).stdout.splitlines()[1:]]


def test_the_inverted_box_is_a_reject_and_the_rest_is_answered(ran: House) -> None:
    rejects = asked(ran, "select reason, count(*) from rejects group by 1")
    assert ["inverted_box", "1"] in rejects
    assert asked(ran, "select count(distinct sample_id) from predictions where benchmark = 'mig_bench'") == [[str(10 * TAKEN)]]


def test_what_was_read_is_told_beside_what_was_published(ran: House) -> None:
    (note,) = asked(ran, "select note from runs where stage = 'ingest' and note is not null")
    assert (
        ",".join(note).strip('"')
        == f"mig_bench: read original {10 * TAKEN + 1} of 4295 published records; {10 * TAKEN} problems, 1 rejects"
    )


def test_every_answer_is_judged_by_three_protocols(ran: House) -> None:
    found = asked(ran, "select protocol, count(*) from predictions where benchmark = 'mig_bench' group by 1 order by 1")
    assert found == [[name, str(10 * TAKEN)] for name in ("mig-bench-migician", "mig-bench-univg", "strict")]
    means = asked(ran, "select distinct protocol from scores where benchmark = 'mig_bench' and metric = 'macro_accuracy' order by 1")
    assert [row[0] for row in means] == ["mig-bench-migician", "mig-bench-univg", "strict"]


def test_what_protocols_disagree_about_is_listed_with_what_each_read(ran: House) -> None:
    done = ran.fovea("disputes", "latest")
    assert done.returncode == 0, done.stderr
    assert f"of {10 * TAKEN} items are judged differently" in done.stdout
