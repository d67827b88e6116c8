from pathlib import Path

import pytest

from data.cropping import crop_image
from data.dialects import get_dialect
from data.export.sharegpt import ShareGpt
from data.images import open_image
from tasks.export import export_version
from tests.data.export.conftest import IMAGES, RED, STUDENT, TURNED, Made, files
from tests.data.export.consumers import llama_factory


@pytest.fixture
def folder(made: Made, tmp_path: Path) -> Path:
    return export_version(made.store, "latest", "sharegpt", tmp_path / "out").folder


def test_every_list_loads_as_llama_factory_loads_it(folder: Path) -> None:
    counts = {name: len(llama_factory(folder, f"fovea_{name}")) for name in ("vigorl_zoom_train", "vigorl_zoom_test", "textual_train")}
    assert counts == {"vigorl_zoom_train": 2, "vigorl_zoom_test": 1, "textual_train": 2}


@pytest.mark.parametrize("dialect", ["vigorl_zoom", "textual"])
def test_the_assistants_turns_say_the_trace_again(folder: Path, made: Made, dialect: str) -> None:
    first, second = llama_factory(folder, f"fovea_{dialect}_train")
    speech = get_dialect(dialect)
    for row, name in ((first, "smp_1"), (second, "smp_2")):
        sample = made.problems[name]
        sizes = [open_image(IMAGES[image_id]).size for image_id in sample.image_ids]
        frames = STUDENT.view.frames(sizes)
        said = [text for role, text in row["messages"] if role == "assistant"]
        text = "\n<observation></observation>\n".join(said)
        assert speech.parse(text, frames, sample.task).trace == speech.project(made.traces[name], frames, sample.task)


def test_a_conversation_with_closer_looks_has_their_crops_in_turn(folder: Path) -> None:
    row = llama_factory(folder, "fovea_vigorl_zoom_train")[0]
    assert [role for role, _ in row["messages"]] == ["user", "assistant"] * 3
    assert [text.count("<image>") for _, text in row["messages"]] == [1, 0, 1, 0, 1, 0]
    image, *crops = row["images"]
    assert image.tobytes() == open_image(IMAGES[RED]).tobytes()
    assert [crop.tobytes() for crop in crops] == [crop_image(open_image(IMAGES[RED]), 20, 20, STUDENT.zoom).tobytes()] * 2


def test_an_image_is_written_once_and_as_it_is_stored(folder: Path) -> None:
    written = {name: content for name, content in files(folder).items() if name.startswith("images/")}
    assert written[f"images/{RED}.png"] == IMAGES[RED]
    assert len(written) == 4


def test_a_photograph_that_must_be_turned_is_written_upright(folder: Path) -> None:
    upright = open_image(files(folder)[f"images/{TURNED}.png"])
    assert upright.size == (80, 120)
    assert upright.tobytes() == open_image(IMAGES[TURNED]).tobytes()


def test_what_would_be_taken_for_an_image_is_left_out_with_its_reason(folder: Path) -> None:
    left_out = files(folder)["left_out.jsonl"].decode()
    assert left_out.count("\n") == left_out.count('"reason": "placeholder"') == left_out.count("smp_3") == 2
    assert "which would be taken for more than text" in left_out


def test_rows_are_taken_one_at_a_time(tmp_path: Path) -> None:
    held: list[int] = []

    def rows() -> object:
        for number in range(100):
            written = (tmp_path / "images").glob("*") if number else []
            held.append(number - len(list(written)))
            content = IMAGES[RED] + b" " * number
            yield {"dialect": "ivgr", "split": "train", "messages": [], "images": [content], "trace_id": "", "sample_id": ""}

    assert ShareGpt().write(rows(), tmp_path)[0].rows == 100  # type: ignore[arg-type]
    assert set(held) == {0}
