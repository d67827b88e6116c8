"""A student that is shown what its first answer looked at."""

import pytest

from data.benchmarks.registry import find_benchmark
from data.evidence import EvidenceConfig
from data.rows import sample_from_row
from data.sample import Sample
from data.store import Store
from data.store.images import ImageReader
from models.exams.exam import Exam, Response
from models.student.examinee import StudentExaminee
from models.student.load import Student
from models.student.writing import Request
from tests.models.scripted import ScriptedWriter

FIRST = (
    "<think>\nThe red circle <box>[10,10,40,40]</box> is beside the blue square <box>[50,50,90,90]</box>.\n</think>\n<answer>left</answer>"
)
SECOND = "<think>\nIt is plain now.\n</think>\n<answer>right</answer>"


@pytest.fixture(scope="module")
def item(made_store: Store) -> Sample:
    rows = made_store.read(made_store.resolve("samples")).to_pylist()
    return next(sample for sample in map(sample_from_row, rows) if sample.task == "choice" and len(sample.image_ids) == 1)


def answered(
    student: Student, store: Store, item: Sample, evidence: EvidenceConfig | None, prompt: str = "marked"
) -> tuple[Response, list[int]]:
    """The response, and how many images each question had."""
    shown: list[int] = []

    def script(request: Request) -> str:
        shown.append(request.prompt.images)
        return SECOND if len(shown) > 1 else FIRST

    settings = student.config.model_copy(update={"dialect": "ivgr", "prompt": prompt})
    exam = Exam(find_benchmark("scenes"), [item], "crops", settings, 0.0, ("strict",), evidence)
    writer = ScriptedWriter(student.processor.tokenizer, script)
    (response,) = StudentExaminee(student, ImageReader(store, None), 0, writer).answer(exam, [item])
    return response, shown


def test_the_second_question_shows_each_box_and_their_union(tiny_student: Student, made_store: Store, item: Sample) -> None:
    response, shown = answered(tiny_student, made_store, item, EvidenceConfig())
    assert shown == [1, 4]
    assert [turn["crop"] is not None for turn in response.turns] == [False, False, True, True, True, False]
    assert response.turns[-2]["text"] == response.prompt


def test_the_second_question_is_kept_as_it_was_asked(tiny_student: Student, made_store: Store, item: Sample) -> None:
    response, _ = answered(tiny_student, made_store, item, EvidenceConfig(prompt="spelled"), prompt="spelled")
    images = [line for line in response.prompt.splitlines() if line.startswith("Image ")]
    assert len(images) == 4


def test_the_second_answer_counts_in_its_own_dialect(tiny_student: Student, made_store: Store, item: Sample) -> None:
    response, _ = answered(tiny_student, made_store, item, EvidenceConfig(union=False))
    assert (response.dialect, response.text) == ("textual", SECOND)


def test_without_evidence_there_is_one_answer(tiny_student: Student, made_store: Store, item: Sample) -> None:
    response, shown = answered(tiny_student, made_store, item, None)
    assert (shown, response.dialect) == ([1], "ivgr")
