import pytest

from data.benchmarks.compat.zero_shot import flat, in_frame, named, score, written_in_frame

BOX = [100, 100, 300, 300]
SIZE = [1000, 1000]
PERFECT = 0.04 / (0.04 + 1e-6)


def of(text: str, value: object = (BOX,), dataset: str = "lisa") -> float:
    return score(text, value, dataset, SIZE)


@pytest.mark.parametrize("text", ["(100,100),(300,300)", "( 100 , 100 ) , ( 300 , 300 )", "(100\n,100)\u2003,(300,٣٠٠)"])
def test_white_space_may_stand_anywhere_between(text: str) -> None:
    assert of(text) == pytest.approx(PERFECT, abs=1e-12)


@pytest.mark.parametrize("text", ["", "[100, 100, 300, 300]", "(0.1,0.1),(0.3,0.3)", "(-100,100),(300,300)", "(100,100),(300,300"])
def test_no_other_form_is_read(text: str) -> None:
    assert named(text) == []
    assert of(text) == 0.0


def test_the_first_box_wins_wherever_it_stands() -> None:
    assert of("(0,0),(50,50) <answer>(100,100),(300,300)</answer>") == 0.0


def test_half_an_overlap_is_a_little_less_with_the_margin() -> None:
    assert of("(100,100),(300,200)") == pytest.approx(0.49998750031, abs=1e-11)


def test_swapped_corners_and_numbers_that_are_too_long_score_nothing() -> None:
    assert of("(300,300),(100,100)") == 0.0
    assert of(f"(100,100),(300,{'9' * 400})") == 0.0
    assert of(f"(100,100),(300,{'9' * 4301})") == 0.0


def test_numbers_of_lists_are_read_in_a_row() -> None:
    assert flat([[1, 2], [3, 4]]) == [1, 2, 3, 4]
    assert of("(100,100),(300,300)", [BOX[:2], BOX[2:]], "llmseg") == pytest.approx(PERFECT)


def test_of_a_video_the_third_frame_is_read_as_whole_numbers() -> None:
    assert in_frame([[], [], [1.9, "2", 3, 4]]) == [1, 2, 3, 4]
    assert written_in_frame(["", "", "[1, -2, 3.5, ٤]"]) == [1, 2, 3, 5, 4]
    assert written_in_frame(["", "", "x1: 7 y1: 8 x2: 9 y2: 10"])[:4] == [1, 7, 1, 8]


@pytest.mark.parametrize(
    ("dataset", "value"),
    [
        ("lisa", []),
        ("lisa", BOX),
        ("lisa", [["1"] * 4]),
        ("llmseg", BOX),
        ("revos", [BOX, BOX]),
        ("reasonvos", [BOX] * 3),
        ("revos", ["a"] * 3),
    ],
)
def test_a_record_that_cannot_be_read_scores_nothing(dataset: str, value: object) -> None:
    assert of("(100,100),(300,300)", value, dataset) == 0.0


def test_an_image_without_extent_scores_nothing() -> None:
    assert score("(100,100),(300,300)", [BOX], "lisa", [0, 1000]) == 0.0
