from pathlib import Path
from typing import Any

import pytest

from data.sample import Task
from data.sources.config import IngestConfig
from data.sources.ingest import ingest, output_tables
from data.sources.problem import Problem, Reason, Reject, SourceError
from data.store import Store
from tests.data.benchmarks.published.reading import draw, only, read, rejected, taken, write

GROUPS = "./MGrounding-630k/Group_Grounding/SA-1B"
ASKED = "<image>\n<image>\nGive the bounding box of: <|object_ref_start|>a statue<|object_ref_end|>."
STATUE = ("human", ASKED), ("gpt", "It's in the second image. <|box_start|>(100,250),(500,999)<|box_end|>")
WOMAN = ("human", "And a woman?"), ("gpt", "It's in the first image. <|box_start|>(0,0),(500,500)<|box_end|>")
CAPTION = ("human", "What is in <|box_start|>(1,2),(3,4)<|box_end|> of the first image?"), ("gpt", "A red door.")
ALL_OF_THEM = (
    ("human", "<image><image>Box it in every image."),
    ("gpt", "In the first image: <|box_start|>(0,0),(500,500)<|box_end|>. In the second image: <|box_start|>(0,0),(250,500)<|box_end|>."),
)
NAMING = "<image><image>Locate it in the second image. "
RL: dict[str, Any] = {"question": NAMING, "answer": [100, 250, 500, 750], "images": ["a.png", "b.png"]}
THOUGHT = "<think>It is tall. It stands at the left.</think><answer>(100,250),(500,750)</answer>"


def talk(*turns: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """A record of MGrounding-630k."""
    said = [{"from": role, "value": text} for role, text in turns]
    return {"id": "1", "images": [f"{GROUPS}/a.png", f"{GROUPS}/b.png"], "conversations": said, "type": "gg_train"} | changes


def chain(question: str = NAMING, text: str = THOUGHT, **changes: Any) -> dict[str, Any]:
    """A record of UniVG-R1's first stage."""
    return {"conversations": [{"from": "human", "value": question}, {"from": "gpt", "value": text}], "images": ["a.png", "b.png"]} | changes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures of different sizes, where each of the sets looks for them."""
    for place in (tmp_path, tmp_path / "Group_Grounding" / "SA-1B", tmp_path / "Difference"):
        draw(place / "a.png")
        draw(place / "b.png", 200, 40)
    return tmp_path


def places(problem: Problem) -> list[tuple[float, ...]]:
    return [(box.image_index, box.x1, box.y1, box.x2, box.y2) for box in problem.boxes]


def test_each_question_of_a_conversation_is_a_problem_with_what_came_before(folder: Path) -> None:
    first, second = taken(read("mgrounding_630k", write(folder / "MGrounding-630k.json", talk(*STATUE, *WOMAN)), split="train"))
    assert (first.question, first.context, places(first)) == (ASKED.replace("<image>", "").strip(), (), [(1, 20, 10, 100, 39.96)])
    assert [turn["role"] for turn in second.context] == ["user", "assistant"]
    assert (second.locator, places(second), second.category) == ("MGrounding-630k.json:1/2", [(0, 0, 0, 50, 40)], "group_grounding")
    assert (first.meta["answer"], first.meta["image_index_from"], first.split) == ([100, 250, 500, 999], "answer", "train")


def test_captions_of_boxes_are_rejects_and_the_rest_is_taken(folder: Path) -> None:
    good, bad, last = read("mgrounding_630k", write(folder / "MGrounding-630k.json", talk(*STATUE, *CAPTION, *WOMAN)))
    assert isinstance(bad, Reject)
    assert (bad.locator, bad.reason, "asks for its caption" in bad.detail) == ("MGrounding-630k.json:1/2", Reason.NOT_GROUNDING, True)
    assert isinstance(good, Problem)
    assert isinstance(last, Problem)
    assert len(last.context) == 4


def test_an_answer_in_several_images_is_boxes_where_it_says_which(folder: Path) -> None:
    problem = only(read("mgrounding_630k", write(folder / "MGrounding-630k.json", talk(*ALL_OF_THEM))))
    assert (problem.task, places(problem)) == (Task.BOXES, [(0, 0, 0, 50, 40), (1, 0, 0, 50, 20)])
    silent = tuple((role, text.replace("In the second image: ", "")) for role, text in ALL_OF_THEM)
    assert rejected(read("mgrounding_630k", write(folder / "MGrounding-630k.json", talk(*silent)))).reason == Reason.AMBIGUOUS


def test_of_two_images_that_are_compared_the_second_is_meant(folder: Path) -> None:
    turns = ("human", "<image><image>What changed?"), ("gpt", "<|box_start|>(0,0),(500,500)<|box_end|>")
    record = talk(*turns, images=["./MGrounding-630k/Difference/a.png", "./MGrounding-630k/Difference/b.png"], type="diff")
    problem = only(read("mgrounding_630k", write(folder / "MGrounding-630k.json", record)))
    assert (places(problem), problem.meta["image_index_from"], problem.category) == ([(1, 0, 0, 100, 20)], "task", "diff")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (talk(("human", "Where?"), ("gpt", "<|box_start|>(0,0),(500,500)<|box_end|>")), Reason.AMBIGUOUS),
        (talk(("human", "Where?"), ("gpt", "In the second image. <|box_start|>(500,0),(100,500)<|box_end|>")), Reason.INVERTED_BOX),
        (talk(("human", "Where?"), ("gpt", "In the second image. <|box_start|>(0,0),(1500,500)<|box_end|>")), Reason.OUTSIDE_IMAGE),
        (talk(("human", "Hello"), ("gpt", "Hello")), Reason.NOT_GROUNDING),
        (talk(("human", "Hello")), Reason.BAD_CHAIN),
        (talk(("robot", "Hello"), ("gpt", "Hello")), Reason.BAD_CHAIN),
        (talk(*STATUE, images=["gone.png"]), Reason.MISSING_IMAGE),
        (talk(*STATUE, conversations=None), Reason.MISSING_FIELD),
    ],
)
def test_a_bad_conversation_is_a_reject(folder: Path, record: dict[str, Any], reason: Reason) -> None:
    assert rejected(read("mgrounding_630k", write(folder / "MGrounding-630k.json", record))).reason == reason


def test_one_task_is_read_from_its_own_file(folder: Path) -> None:
    write(folder / "Group_Grounding" / "gg_train_120k.json", talk(*STATUE))
    assert len(taken(read("mgrounding_630k", folder, subset="group_grounding"))) == 1
    with pytest.raises(SourceError, match=r"holds none of \*\*/common_train_70k\.json"):
        read("mgrounding_630k", folder)


def test_a_record_of_reinforcement_is_a_question_and_a_box(folder: Path) -> None:
    problem = only(read("univg_r1_rl", write(folder / "stage2_rl.json", RL)))
    assert (problem.question, places(problem)) == ("Locate it in the second image.", [(1, 20, 10, 100, 30)])
    assert problem.meta == {"answer": [100, 250, 500, 750], "images": ["a.png", "b.png"], "image_index_from": "question"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answer": "(100,250),(500,750)"}, Reason.WRONG_TYPE),
        ({"answer": [500, 250, 100, 750]}, Reason.INVERTED_BOX),
        ({"question": "Locate it."}, Reason.AMBIGUOUS),
        ({"question": 3}, Reason.WRONG_TYPE),
        ({"images": None}, Reason.MISSING_FIELD),
    ],
)
def test_a_bad_record_of_reinforcement_is_a_reject(folder: Path, change: dict[str, Any], reason: Reason) -> None:
    bad, good = read("univg_r1_rl", write(folder / "stage2_rl.json", RL | change, RL))
    assert isinstance(bad, Reject)
    assert bad.reason == reason
    assert isinstance(good, Problem)


def test_one_image_needs_no_name(folder: Path) -> None:
    problem = only(read("univg_r1_rl", write(folder / "stage2_rl.json", RL | {"question": "Locate it.", "images": ["a.png"]})))
    assert (places(problem), problem.meta["image_index_from"]) == ([(0, 10, 20, 50, 60)], "count")


def test_a_chain_answers_on_the_image_that_its_question_names(folder: Path) -> None:
    problem = only(read("univg_r1_sft", write(folder / "stage1_cotsft.json", chain())))
    [found] = problem.chains
    assert (found.text, found.dialect, found.parse_error) == (THOUGHT, "univg", None)
    assert found.trace is not None
    [box] = found.trace.answer.boxes
    assert [(box.image_index, box.x1, box.y1, box.x2, box.y2)] == places(problem) == [(1, 20, 10, 100, 30)]
    assert [step.thought for step in found.trace.steps] != []


def test_where_the_question_is_silent_the_thought_may_name_the_image(folder: Path) -> None:
    text = THOUGHT.replace("It is tall.", "In the first image nothing. In the second image it is tall.")
    problem = only(read("univg_r1_sft", write(folder / "stage1_cotsft.json", chain("<image><image>Locate it.", text))))
    assert (places(problem), problem.meta["image_index_from"]) == ([(1, 20, 10, 100, 30)], "chain")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (chain(text="It is on the left."), Reason.BAD_CHAIN),
        (chain("<image><image>Locate it."), Reason.AMBIGUOUS),
        (chain(text=THOUGHT.replace("(500,750)", "(50,750)")), Reason.INVERTED_BOX),
        (chain(conversations="no"), Reason.WRONG_TYPE),
    ],
)
def test_a_bad_chain_is_a_reject(folder: Path, record: dict[str, Any], reason: Reason) -> None:
    assert rejected(read("univg_r1_sft", write(folder / "stage1_cotsft.json", record))).reason == reason


def test_chains_become_traces(folder: Path, tmp_path: Path) -> None:
    path = write(folder / "stage1_cotsft.json", chain())
    config = IngestConfig.model_validate({"sources": [{"kind": "published", "name": "univg_r1_sft", "path": path, "split": "train"}]})
    assert output_tables(config) == ("images", "samples", "rejects", "traces")
    store = Store(tmp_path / "store")
    with store.draft(stage="ingest", stage_key="key", run_id="run_1") as draft:
        counts = ingest(config, "run_1", draft)
        manifest = draft.publish()
    [trace] = store.read(manifest.outputs["traces"]).to_pylist()
    assert (trace["method"], trace["dialect"], trace["answer_boxes"][0]["image_index"]) == ("imported", "univg", 1)
    assert counts.notes == ["univg_r1_sft: read 1 of 90000 published records; 1 problems, 0 rejects"]
