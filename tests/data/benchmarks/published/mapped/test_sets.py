"""The question sets of the project, on small records in their published schema."""

from dataclasses import replace
from pathlib import Path

import pytest

from data.benchmarks.benchmark import STRICT, Asking
from data.benchmarks.protocols import PROTOCOLS
from data.benchmarks.published import PUBLISHED
from data.benchmarks.published.mapped import QuestionSet
from data.benchmarks.registry import BENCHMARKS
from data.sample import Task
from data.sources.problem import Problem, Reason, Reject, SourceError
from tests.data.benchmarks.published.mapped.drawn import POPE, RECORDS, lay_out, read, stored, write

SETS = {name: found for name, found in PUBLISHED.items() if isinstance(found, QuestionSet)}
ONE_PART = {"blink": "Counting", "robospatial_home": "configuration", "pope": "random"}


def test_every_set_has_a_record() -> None:
    assert SETS.keys() == RECORDS.keys()


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_a_published_record_is_a_problem_and_a_bad_one_a_reject(name: str, tmp_path: Path) -> None:
    problem, reject = read(name, lay_out(tmp_path, name), subset=ONE_PART.get(name, "all"))
    assert isinstance(problem, Problem)
    assert isinstance(reject, Reject)
    assert (problem.dataset, problem.task, problem.split) == (name, Task.CHOICE, "test")


@pytest.mark.parametrize("name", sorted(SETS))
def test_every_set_is_a_benchmark_whose_protocols_exist(name: str) -> None:
    assert BENCHMARKS[name].protocols[0] == STRICT
    assert set(BENCHMARKS[name].protocols) - {STRICT} <= set(PROTOCOLS)


@pytest.mark.parametrize("name", sorted(SETS))
def test_every_card_says_where_its_schema_was_read(name: str) -> None:
    card = SETS[name].card
    assert card.is_verified
    assert "/" in card.schema
    assert sum(card.counts.values()) > 0


@pytest.mark.parametrize(
    ("name", "total"), [("blink", 1901), ("robospatial_home", 228), ("pope", 9000), ("realworldqa", 765), ("mme_realworld_lite", 1919)]
)
def test_published_numbers_add_up(name: str, total: int) -> None:
    assert sum(SETS[name].card.counts.values()) == total


@pytest.mark.parametrize(
    ("name", "answer", "category"),
    [
        ("blink", "two", "Counting"),
        ("robospatial_home", "no", "configuration"),
        ("hr_bench_4k", "blue", "single"),
        ("mme_realworld_lite", "there", "Perception/Remote Sensing"),
        ("pope", "yes", "random"),
        ("realworldqa", "The tree", "all"),
        ("cv_bench_2d", "two", "COCO"),
        ("mmiu", "the third", "person_reid"),
    ],
)
def test_an_answer_is_the_text_of_its_choice(name: str, answer: str, category: str, tmp_path: Path) -> None:
    problem = read(name, lay_out(tmp_path, name), subset=ONE_PART.get(name, "all"))[0]
    assert isinstance(problem, Problem)
    assert (problem.answer, problem.category) == (answer, category)


def test_a_question_over_several_images_has_them_in_order(tmp_path: Path) -> None:
    problem = read("mmiu", lay_out(tmp_path, "mmiu"))[0]
    assert isinstance(problem, Problem)
    assert [image.path for image in problem.images] == ["./High-level-sub-semantic/a.png", "./High-level-sub-semantic/b.png"]
    assert problem.question.startswith("Select from the following choices.")


def test_a_letter_without_a_choice_is_a_reject_that_names_both(tmp_path: Path) -> None:
    reject = read("mmiu", lay_out(tmp_path, "mmiu"))[1]
    assert isinstance(reject, Reject)
    assert reject.reason == Reason.ANSWER_NOT_A_CHOICE
    assert reject.detail == "answer 'G' names none of the 2 choices the second, the third"


def test_a_question_without_choices_is_a_text_where_the_set_says_so(tmp_path: Path) -> None:
    record = RECORDS["realworldqa"][1] | {"question": "How many lanes are there?", "answer": "4"}
    [problem] = read("realworldqa", write(tmp_path / "test.parquet", record))
    assert isinstance(problem, Problem)
    assert (problem.task, problem.choices, problem.answer) == (Task.TEXT, (), "4")


def test_a_part_has_its_own_records(tmp_path: Path) -> None:
    rows = [POPE, POPE | {"id": "1", "category": "popular"}, POPE | {"id": "2", "category": "popular"}]
    found = read("pope", write(tmp_path / "data/test-0.parquet", *rows).parents[1])
    assert [item.category for item in found if isinstance(item, Problem)] == ["random", "popular", "popular"]


def test_what_is_asked_again_in_another_part_is_no_duplicate(tmp_path: Path) -> None:
    found = read("pope", write(tmp_path / "data/test-0.parquet", POPE, POPE | {"id": "1", "category": "popular"}).parents[1])
    problems = [item for item in found if isinstance(item, Problem)]
    assert len({problem.occurrence for problem in problems}) == len({problem.sample().sample_id for problem in problems}) == 2


def test_a_limit_holds_for_each_part(tmp_path: Path) -> None:
    rows = [POPE | {"id": str(number), "category": category} for category in ("random", "popular") for number in range(3)]
    found = read("pope", write(tmp_path / "data/test-0.parquet", *rows).parents[1], limit=2)
    assert [item.category for item in found if isinstance(item, Problem)] == ["random"] * 2 + ["popular"] * 2


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds none of hr_bench_4k\.parquet"):
        read("hr_bench_4k", tmp_path)


def test_a_file_that_lacks_a_column_is_named(tmp_path: Path) -> None:
    write(tmp_path / "hr_bench_4k.parquet", {"question": "Which?", "image": "x"})
    with pytest.raises(SourceError, match="has no column A, B, C, D, answer"):
        read("hr_bench_4k", tmp_path)


def test_an_unknown_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no part 'Reading'"):
        read("blink", lay_out(tmp_path, "blink"), subset="Reading")


def test_choices_are_shown_behind_their_letters(tmp_path: Path) -> None:
    problem = read("hr_bench_4k", lay_out(tmp_path, "hr_bench_4k"))[0]
    assert isinstance(problem, Problem)
    [message] = SETS["hr_bench_4k"].prompt(problem.sample(), Asking("terse", "vigorl"), [])
    assert message["content"][-1]["text"] == "What color is the kite?\nA. red\nB. blue\nC. green\nD. white"


def test_choices_that_stand_in_the_question_are_not_shown_again(tmp_path: Path) -> None:
    problem = read("blink", lay_out(tmp_path, "blink"), subset="Counting")[0]
    assert isinstance(problem, Problem)
    [message] = SETS["blink"].prompt(problem.sample(), Asking("terse", "vigorl"), [])
    assert message["content"][-1]["text"] == problem.question


def test_the_prompt_hash_changes_with_the_template() -> None:
    asking, found = Asking("terse", "vigorl"), SETS["blink"]
    other = QuestionSet(found.config.model_copy(update={"prompt": "{{ question }}?"}))
    assert len({found.prompt_hash(asking), other.prompt_hash(asking), SETS["pope"].prompt_hash(asking)}) == 3


def test_items_are_the_samples_of_the_set(tmp_path: Path) -> None:
    problem = read("pope", write(tmp_path / "data/test-0.parquet", POPE | {"image": stored("red")}).parents[1])[0]
    assert isinstance(problem, Problem)
    samples = [problem.sample(), replace(problem.sample(), dataset="scenes")]
    assert SETS["pope"].items(samples, ["test"], None) == samples[:1]
