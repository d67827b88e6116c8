import pytest

from models.teacher.config import TeacherConfig
from tasks.endpoint import api_key


@pytest.mark.parametrize(("kept", "sent"), [("sk-1\n", "sk-1"), (" ", None)])
def test_a_key_is_sent_without_the_white_space_that_it_was_kept_with(kept: str, sent: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", kept)
    assert api_key(TeacherConfig(provider="p", key_variable="A_KEY")) == sent
