import email.utils
import time

import pytest

from models.teacher.wire import LONGEST_WAIT_S, retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "99999"}, LONGEST_WAIT_S),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "-250"}, 0.0),
        ({"retry-after-ms": "nan"}, 0.0),
    ],
)
def test_the_time_to_come_back_is_read_or_left(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_is_so_many_seconds_from_now() -> None:
    wait = retry_after({"retry-after": email.utils.formatdate(time.time() + 200, usegmt=True)})
    assert wait is not None
    assert 100 < wait <= 200
