from pathlib import Path

import pytest

from data.benchmarks.published import UnknownPublishedError, get_published
from data.benchmarks.published.mapped import MapError, map_hashes

MAP = """
name = "kites"
title = "Kites"
kind = "choice"
form = "JSON lines beside images"
source = "its own page"
prompt = "{{ question }}{% for letter, choice in choices %} {{ letter }}) {{ choice }}{% endfor %}"

[columns]
images = "picture"
question = "ask"
choices = { columns = "options" }
answer = "key"
answer_form = "letter"

[[parts]]
name = "all"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kites.toml"


def refused(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(MapError) as caught:
        get_published(str(path))
    return str(caught.value)


def test_a_path_names_the_set_of_its_map(path: Path) -> None:
    path.write_text(MAP)
    assert get_published(str(path)).card.title == "Kites"


def test_a_map_that_does_not_say_it_is_verified_is_not(path: Path) -> None:
    path.write_text(MAP)
    assert not get_published(str(path)).card.is_verified


def test_a_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(UnknownPublishedError, match=r"kites\.toml cannot be read: No such file"):
        get_published(str(path))


def test_text_that_is_no_toml_names_its_file(path: Path) -> None:
    assert refused(path, "name =").startswith(f"{path} is not TOML: ")


def test_a_column_that_nobody_knows_is_named(path: Path) -> None:
    assert "columns.picture: Extra inputs" in refused(path, MAP.replace('images = "picture"', 'images = "a"\npicture = "b"'))


def test_a_choice_set_needs_choices(path: Path) -> None:
    assert "where its choices are" in refused(path, MAP.replace('choices = { columns = "options" }\n', ""))


def test_a_yes_or_no_set_has_none(path: Path) -> None:
    assert "a yesno set has neither" in refused(path, MAP.replace('kind = "choice"', 'kind = "yesno"'))


@pytest.mark.parametrize(("pattern", "why"), [("(", "no regular expression"), ("x", "one group"), ("(x)(y)", "one group")])
def test_a_pattern_has_one_group(path: Path, pattern: str, why: str) -> None:
    assert why in refused(path, MAP.replace('columns = "options"', f'columns = "options", pattern = "{pattern}"'))


@pytest.mark.parametrize("prompt", ["{{ question", "{{ questions }}"])
def test_a_prompt_is_a_template_of_question_and_choices(path: Path, prompt: str) -> None:
    lines = [f'prompt = "{prompt}"' if line.startswith("prompt") else line for line in MAP.splitlines()]
    assert "no template of question and choices" in refused(path, "\n".join(lines))


def test_parts_have_names_of_their_own(path: Path) -> None:
    assert "a name of its own, not all, all" in refused(path, MAP + '\n[[parts]]\nname = "all"\n')


def test_a_name_of_the_project_is_taken(path: Path) -> None:
    assert "the name 'pope' is taken" in refused(path, MAP.replace('name = "kites"', 'name = "pope"'))


def test_a_protocol_that_is_not_there_is_named(path: Path) -> None:
    assert "there is no protocol 'loose'" in refused(path, 'protocols = ["strict", "loose"]\n' + MAP)


def test_the_hash_of_a_map_is_that_of_its_bytes(path: Path) -> None:
    path.write_text(MAP)
    before = map_hashes([str(path), "pope"])
    path.write_text(MAP + "# changed\n")
    assert before.keys() == {str(path)}
    assert before != map_hashes([str(path)])
