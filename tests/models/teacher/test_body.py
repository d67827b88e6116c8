from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from models.teacher.body import read_reply, write_body
from models.teacher.call import Call
from models.teacher.retry import LONGEST_ERROR, describe
from models.teacher.wire import MalformedReplyError

CROP = {"image_id": "img_b", "x": 3.0, "y": 4.0, "zoom": {"side_px": 64}}
SAID = ({"role": "system", "content": "Be short."}, {"role": "user", "content": "Where?"})
CALL = Call("p", "m", {"temperature": 0.7}, SAID, ("img_a",), 0, "direct", "smp_a")


class Names:
    """Pictures whose address is their name."""

    def url(self, image_id: str) -> str:
        return image_id

    def crop_url(self, crop: Mapping[str, Any]) -> str:
        return f"{crop['image_id']} at ({crop['x']:g}, {crop['y']:g})"


def contents(call: Call) -> list[Any]:
    """Each message's content, a block as its address or its text."""
    sent = json.loads(write_body(call, Names()))["messages"]
    return [
        [block.get("text") or block["image_url"]["url"] for block in message["content"]]
        if isinstance(message["content"], list)
        else message["content"]
        for message in sent
    ]


def test_images_go_before_the_text_of_the_first_user_message() -> None:
    assert contents(CALL) == ["Be short.", ["img_a", "Where?"]]


def test_crops_go_before_the_text_of_their_own_message_and_are_part_of_the_id() -> None:
    looked = {"role": "user", "content": "A closer look.", "crops": [CROP]}
    call = replace(CALL, messages=(*SAID, {"role": "assistant", "content": "There."}, looked))
    assert contents(call)[-1] == ["img_b at (3, 4)", "A closer look."]
    elsewhere = replace(call, messages=(*call.messages[:-1], {**looked, "crops": [{**CROP, "x": 5.0}]}))
    assert elsewhere.request_id != call.request_id


def test_messages_go_without_images_and_images_not_without_a_message() -> None:
    assert contents(replace(CALL, image_ids=())) == ["Be short.", "Where?"]
    with pytest.raises(ValueError, match=r"req_.* of sample smp_a has images and no user message"):
        write_body(replace(CALL, messages=SAID[:1]), Names())


@pytest.mark.parametrize("content", [b"<html>", b'{"choices": []}', b'{"choices": [{"message": null}]}', b"null"])
def test_a_reply_that_is_no_completion_says_where_and_how_it_begins(content: bytes) -> None:
    with pytest.raises(MalformedReplyError, match=r"the reply is no completion: .*it begins"):
        read_reply(content)


@pytest.mark.parametrize("before", range(0, LONGEST_ERROR, 9))
def test_no_part_of_a_key_is_told_wherever_a_reply_repeats_it(before: int) -> None:
    key = "sk-0123456789-0123456789-0123456789"
    with pytest.raises(MalformedReplyError) as malformed:
        read_reply(b"x" * before + key.encode())
    assert "sk-" not in describe(malformed.value, key)
