"""Retry: which failures of a call are worth another attempt, how long to wait for it, and what they say of the endpoint.

Worth it are a busy or broken server (408, 409, 429, 5xx), timeouts, dropped connections and replies that are no completion. A server
that names a time with ``Retry-After`` is given it.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

import openai

BUSY = frozenset({408, 409, 429})
LONGEST_WAIT_S = 300.0
"""The most that a ``Retry-After`` is heeded."""
LONGEST_ERROR = 500
"""Characters of an error that are kept."""
SHORTEST_KEY = 12
"""Characters below which a key is taken for a word that stands in for one."""


class MalformedReplyError(Exception):
    """A reply that is no chat completion."""


class LateReplyError(Exception):
    """A reply that was not there, whole, in time."""


class AttemptError(Exception):
    """A failed attempt; its text has no key in it, so that it may be logged."""

    def __init__(self, error: Exception, description: str) -> None:
        super().__init__(description)
        self.error = error

    @staticmethod
    def backoff(failure: Exception) -> bool | float:
        """False for a failure to be taken as final, True for one to be tried again, or after how many seconds."""
        error = failure.error if isinstance(failure, AttemptError) else failure
        if isinstance(error, openai.APIStatusError):
            if error.status_code not in BUSY and error.status_code < 500:
                return False
            return retry_after(error.response.headers) or True
        return isinstance(error, (LateReplyError, MalformedReplyError, openai.APIConnectionError))


def is_down(error: Exception) -> bool:
    """Whether an error means that the endpoint serves nobody, as far as one attempt can tell."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code >= 500 and not is_busy(error)
    return isinstance(error, (LateReplyError, openai.APIConnectionError))


def is_busy(error: Exception) -> bool:
    """Whether the endpoint asks all callers to be slower: 429, or another status with ``Retry-After`` that is worth a retry."""
    if not isinstance(error, openai.APIStatusError):
        return False
    return error.status_code == 429 or (error.status_code >= 500 and retry_after(error.response.headers) is not None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` or ``Retry-After-Ms`` asks for, if it does."""
    milliseconds, value = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds is not None:
            return min(float(milliseconds) / 1000, LONGEST_WAIT_S)
        if value is None:
            return None
        moment = None if value.strip().replace(".", "", 1).isdigit() else email.utils.parsedate_to_datetime(value).timestamp()
        return min(max(float(value) if moment is None else moment - time.time(), 0.0), LONGEST_WAIT_S)
    except ValueError:
        return None


def describe(error: Exception, key: str) -> str:
    """An error as one line without the key."""
    cause = f" ({error.__cause__})" if isinstance(error, openai.APIConnectionError) and error.__cause__ else ""
    text = " ".join(f"{type(error).__name__}: {error}{cause}".split())
    return scrub(text, key)[:LONGEST_ERROR]


def scrub(text: str, key: str) -> str:
    """The text with the key blotted out."""
    return text.replace(key, "[key]") if key else text


def scrub_reply(text: str, key: str) -> str:
    """What a teacher said, with a real key blotted out; a word such as ``none`` that stands in for one is let be."""
    return scrub(text, key) if len(key) >= SHORTEST_KEY else text
