from __future__ import annotations

import io
import json
from typing import Any

from data.benchmarks.lines import Judged, chunks_of, judge_chunk
from tests.data.benchmarks.lines.made import Sums


def judged(content: bytes) -> Judged:
    (chunk,) = chunks_of(io.BytesIO(content), 1 << 20)
    return judge_chunk(Sums(), chunk)


def out(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in judged(content).output.splitlines()]


def test_a_line_out_has_id_scores_and_reason() -> None:
    assert out(b'{"id": "a", "prediction": "1 2", "more": []}\n') == [
        {"id": "a", "scores": {"sum": 3.0, "said": [1.0, 2.0]}, "reason": None}
    ]


def test_what_the_protocol_raises_is_the_reason() -> None:
    assert out(b'{"id": "a", "prediction": "none"}') == [{"id": "a", "scores": {"sum": 0, "said": None}, "reason": "ZeroDivisionError"}]


def test_a_refused_line_is_told_and_the_others_are_judged() -> None:
    found = out(b'{"prediction": "1"}\n{"id": "b"}\nbroken\n{"id": [], "prediction": "1"}\n{"prediction": "5"}\n')
    assert [line["id"] for line in found] == [1, "b", 3, 4, 5]
    assert [line["scores"] is None for line in found] == [False, True, True, True, False]
    assert found[1] == {"id": "b", "scores": None, "error": "prediction should be a text, not None"}


def test_a_refusal_is_one_sentence_that_names_the_line() -> None:
    (refusal,) = judged(b'\n\n{"id": "b\\n\\ud800"}\n').refusals
    assert refusal.sentence == r"line 3 (id 'b\n\ud800'): prediction should be a text, not None"


def test_empty_lines_and_other_line_ends_are_no_lines() -> None:
    found = out(b'\xef\xbb\xbf{"prediction": "1"}\r\n  \r\n\n{"prediction": "\xe2\x80\xa8 7"}')
    assert [(line["id"], line["scores"]["sum"]) for line in found] == [(1, 1.0), (4, 7.0)]


def test_a_file_without_lines_gives_none() -> None:
    assert list(chunks_of(io.BytesIO(b""), 10)) == []
    assert judged(b"\xef\xbb\xbf").output == b""


def test_chunks_hold_whole_lines_and_know_where_they_stand() -> None:
    chunks = list(chunks_of(io.BytesIO(b"aaaa\nbb\ncccccccccc\nd"), 6))
    assert [(chunk.number, chunk.lines) for chunk in chunks] == [(1, [b"aaaa\n", b"bb\n"]), (3, [b"cccccccccc\n"]), (4, [b"d"])]
