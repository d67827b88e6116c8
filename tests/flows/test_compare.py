"""Compare: two models' answers side by side, through the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.benchmarks.comparing import ComparingError
from data.benchmarks.figures import Origin, score_rows
from data.benchmarks.sides import UnknownSideError
from data.store import Manifest, Store, UnknownVersionError
from flows.cli import app
from flows.errors import OutputError
from tests.conftest import Maker

COMPAT = "vigorl-point"


class Compared:
    """A store in which two checkpoints were evaluated; the second one by a compat protocol as well."""

    def __init__(self, root: Path) -> None:
        self.store = Store.open(root)
        maker = Maker(self.store)
        self.taken = maker.ingest()
        self.weak, self.strong = maker.checkpoint("pretrain", ()), maker.checkpoint("finetune", ())
        maker.evaluate(self.taken, self.weak, 0.3)
        maker.evaluate(self.taken, self.strong, 0.9)
        self.versions = [version.version_id for version in self.store.versions("predictions")]
        self.runs = [version.run_id for version in self.store.versions("predictions")]

    def rows(self, place: int) -> list[dict[str, Any]]:
        return self.store.read(self.store.version(self.versions[place])).to_pylist()

    def publish(self, rows: list[dict[str, Any]], version: str, run_id: str, model: str, protocol: str = "strict") -> Manifest:
        """The rows once more, as answers to another version or by another protocol."""
        named = {"run_id": run_id, "checkpoint_id": None, "model": model, "protocol": protocol}
        again = [row | named | {"prediction_id": f"{row['prediction_id']}x"} for row in rows]
        origin = Origin(run_id, None, model, "scenes", protocol, "grounded", {}, "prompt", version, True)
        with self.store.draft(stage="score", stage_key=run_id, run_id=run_id) as draft:
            draft.add("predictions", again)
            draft.add("scores", score_rows(again, origin))
            return draft.publish()


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    found = Compared(tmp_path_factory.mktemp("compared") / "store")
    samples = found.taken.outputs["samples"].version_id
    found.publish(found.rows(1), "ver_elsewhere", "run_0elsewhere", "elsewhere")
    found.publish(found.rows(1), samples, "run_0scored", "scored", COMPAT)
    return found


@pytest.fixture(autouse=True)
def _store(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEA_STORE", str(compared.store.root))
    monkeypatch.delenv("COLUMNS", raising=False)


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["compare", *arguments])
    if done.exception:
        raise done.exception
    return done.output


def line(text: str, category: str, metric: str = "accuracy") -> list[str]:
    return next(words for words in map(str.split, text.splitlines()) if words[:2] == [category, metric])


def test_two_runs_are_compared_item_by_item(compared: Compared) -> None:
    hits = [{row["sample_id"]: row["correct"] for row in compared.rows(place)} for place in (0, 1)]
    gained = sum(hits[1][item] and not hits[0][item] for item in hits[0])
    lost = sum(hits[0][item] and not hits[1][item] for item in hits[0])
    figures = line(said(*compared.runs), "all")
    assert figures[2] == str(len(hits[0]))
    assert figures[8:10] == [str(gained), str(lost)]
    assert float(figures[5]) == pytest.approx((gained - lost) / len(hits[0]), abs=1e-4)
    assert float(figures[6]) < float(figures[5]) < float(figures[7])


def test_boxes_have_their_mean_iou_compared(compared: Compared) -> None:
    figures = line(said(*compared.runs), "box", "mean_iou")
    assert float(figures[3]) < float(figures[4])


def test_a_run_a_version_a_checkpoint_and_a_model_name_the_same_answers(compared: Compared) -> None:
    weak = compared.versions[0][:12]
    checkpoint = compared.strong.outputs["checkpoints"].version_id
    names = [compared.runs[1], compared.versions[1][:12], checkpoint[:12], "finetune"]
    texts = [said(weak, name, "--benchmark", "scenes") for name in names]
    assert len(set(texts)) == 1
    assert f"B: finetune ({compared.versions[1]})" in texts[0]


def test_latest_is_the_newest_version(compared: Compared) -> None:
    newest = compared.store.resolve("predictions").version_id
    assert f"B: scored ({newest})" in said("finetune", "latest", "--across")


def test_the_same_seed_gives_the_same_interval(compared: Compared) -> None:
    assert said(*compared.runs, "--seed", "3") == said(*compared.runs, "--seed", "3")


def test_the_items_that_flipped_are_listed(compared: Compared) -> None:
    text = said(*compared.runs, "--flips", "2")
    listed = [words for words in map(str.split, text.splitlines()) if words and words[0].startswith("smp_")]
    assert len(listed) == 2
    assert {words[1] for words in listed} <= {"gained", "lost"}
    assert "items flipped; 2 are listed" in text


def test_a_page_shows_the_flips_with_both_pictures(compared: Compared, tmp_path: Path) -> None:
    path = tmp_path / "pages" / "flips.html"
    text = said(*compared.runs, "--flips", "3", "--html", str(path))
    page = path.read_text()
    assert f"3 items: {path}" in text
    assert page.count("<article>") == 3
    assert page.count("data:image/") == 6
    assert "paired bootstrap" in page


def test_a_page_that_cannot_be_written_is_a_sentence_and_said_first(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: it is a folder"):
        said("nobody", "latest", "--html", str(tmp_path))


def test_another_version_of_the_benchmark_is_refused_with_both_sides(compared: Compared) -> None:
    samples = compared.taken.outputs["samples"].version_id
    with pytest.raises(ComparingError, match=rf"scenes is of version {samples} in finetune \(ver_\w+\) and of version ver_elsewhere in"):
        said("finetune", "elsewhere")


def test_another_protocol_is_refused_with_both_sides() -> None:
    with pytest.raises(ComparingError, match=rf"scenes is judged by strict in finetune .* and by {COMPAT} in scored"):
        said("finetune", "scored")


def test_across_pairs_them_and_says_so() -> None:
    text = said("finetune", "scored", "--across")
    assert f"the protocol of scenes is strict in A and {COMPAT} in B" in text
    assert "0 items flipped" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run_nothing", "latest"], "no run 'run_nothing' has predictions; there are run_"),
        (["nobody", "latest"], "no model 'nobody' has answered anything; predictions are of scored, elsewhere, finetune, pretrain"),
        (["pretrain", "finetune", "--mode", "zoom"], "no model 'pretrain' has answered mode zoom"),
        (["latest", "finetune", "--benchmark", "own"], "which has none of benchmark own"),
        (["run_", "latest"], "4 runs with predictions have an id that starts with 'run_'"),
    ],
)
def test_a_reference_that_names_no_answers_is_an_error(arguments: list[str], expected: str) -> None:
    with pytest.raises(UnknownSideError, match=expected):
        said(*arguments)


def test_a_version_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownVersionError, match="no version of predictions called 'ver_nothing'"):
        said("ver_nothing", "latest")
