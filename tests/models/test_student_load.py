import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from data.viewing import ViewConfig
from models.student.config import StudentConfig
from models.student.load import Student, UnknownStudentError, load_student
from models.student.settings import SettingsError, read_settings, write_settings

ROOT = Path(__file__).parents[2]
FRESH = """
import sys, models.student.load
from transformers import AutoModelForImageTextToText, AutoProcessor
model, processor = AutoModelForImageTextToText.from_pretrained(sys.argv[1]), AutoProcessor.from_pretrained(sys.argv[1])
print(type(model).__name__, type(processor).__name__, sum(parameter.double().sum().item() for parameter in model.parameters()))
print(*sorted({"trl", "torchvision", "datasets", "peft"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def fresh(tiny_folder: Path) -> list[str]:
    """What a fresh process says of the saved student: its classes and weights, and the heavy modules it loaded."""
    command = [sys.executable, "-c", FRESH, str(tiny_folder)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


def test_a_saved_student_loads_through_the_auto_classes_of_a_fresh_process(fresh: list[str], tiny_student: Student) -> None:
    model, processor, total = fresh[0].split()
    assert (model, processor) == ("Qwen2_5_VLForConditionalGeneration", "ImageOnlyQwen25VLProcessor")
    assert float(total) == pytest.approx(sum(weight.double().sum().item() for weight in tiny_student.model.parameters()))


def test_loading_a_student_loads_no_trl_and_no_torchvision(fresh: list[str]) -> None:
    assert fresh[1] == ""


def test_a_student_is_loaded_with_the_settings_beside_it(tiny_folder: Path, tiny_student: Student) -> None:
    assert tiny_student.config == read_settings(tiny_folder)
    assert tiny_student.processor.image_processor.size == {"shortest_edge": 112 * 112, "longest_edge": 112 * 112}
    assert not tiny_student.model.training


def test_settings_given_win_over_those_beside_the_checkpoint(tiny_folder: Path) -> None:
    given = StudentConfig(view=ViewConfig(space="unit", min_pixels=28 * 28, max_pixels=56 * 56), dtype="bfloat16")
    student = load_student(tiny_folder, given)
    assert student.config == given
    assert student.processor.image_processor.size["longest_edge"] == 56 * 56
    assert student.model.dtype == torch.bfloat16


def test_a_checkpoint_without_settings_is_seen_as_its_processor_sees(tiny_folder: Path, tmp_path: Path) -> None:
    for path in tiny_folder.iterdir():
        if path.name != "fovea.json":
            (tmp_path / path.name).hardlink_to(path)
    student = load_student(tmp_path)
    assert student.config.view == ViewConfig(space="resized", factor=28, min_pixels=112 * 112, max_pixels=112 * 112)


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")
def test_a_folder_of_adapters_is_loaded_on_the_model_it_names(tiny_folder: Path, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    student = load_student(tiny_folder)
    adapted = peft.get_peft_model(student.model, peft.LoraConfig(target_modules=["q_proj"], init_lora_weights=False))
    adapted.save_pretrained(tmp_path)
    write_settings(tmp_path, student.config)
    merged = adapted.merge_and_unload().state_dict()
    loaded = load_student(tmp_path).model.state_dict()
    assert all(torch.allclose(loaded[name], weight, atol=1e-6) for name, weight in merged.items())


def test_a_missing_student_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnknownStudentError, match=r"no student at .*nowhere"):
        load_student(tmp_path / "nowhere")


def test_settings_that_are_none_are_refused_with_their_path(tmp_path: Path) -> None:
    (tmp_path / "fovea.json").write_text(json.dumps({"dialects": "vigorl"}))
    with pytest.raises(SettingsError, match=r"fovea\.json holds no student settings"):
        read_settings(tmp_path)


def test_settings_survive_the_round_trip(tmp_path: Path) -> None:
    config = StudentConfig(base="somewhere", dialect="ivgr", view=ViewConfig(space="grid:1000"), max_new_tokens=7)
    write_settings(tmp_path, config)
    assert read_settings(tmp_path) == config
