"""Retry: which failures of a call are worth another attempt, how long to wait for it, and what they say of the endpoint.

Worth it are a busy or broken server (408, 409, 429, 5xx), late replies, lost connections and replies that are no completion. A server
that names a time with ``Retry-After`` is given it.
"""

from __future__ import annotations

from models.teacher.wire import ConnectionFailedError, LateReplyError, StatusError, WireError

BUSY = frozenset({408, 409, 429})
LONGEST_ERROR = 500
"""Characters of an error that are kept."""
SHORTEST_KEY = 12
"""Characters below which a key is taken for a word that stands in for one."""


class AttemptError(Exception):
    """A failed attempt; its text has no key in it, so that it may be logged."""

    def __init__(self, error: WireError, description: str) -> None:
        super().__init__(description)
        self.error = error

    @staticmethod
    def backoff(failure: Exception) -> bool | float:
        """False for a failure to be taken as final, True for one to be tried again, or after how many seconds."""
        if not isinstance(failure, AttemptError):
            return False
        if isinstance(failure.error, StatusError):
            return is_worth_it(failure.error) and (failure.error.wait_s or True)
        return True


def is_worth_it(error: StatusError) -> bool:
    """Whether another attempt may fare better."""
    return error.status in BUSY or error.status >= 500


def is_down(error: Exception) -> bool:
    """Whether an error means that the endpoint serves nobody, as far as one attempt can tell."""
    if isinstance(error, StatusError):
        return error.status >= 500 and not is_busy(error)
    return isinstance(error, (LateReplyError, ConnectionFailedError))


def is_busy(error: StatusError) -> bool:
    """Whether the endpoint asks all callers to be slower: by 429, or by 503 with ``Retry-After``."""
    return error.status == 429 or (error.status == 503 and error.wait_s is not None)


def describe(error: Exception, key: str) -> str:
    """An error as one line without the key."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return scrub(text, key)[:LONGEST_ERROR]


def scrub(text: str, key: str) -> str:
    """The text with the key blotted out."""
    return text.replace(key, "[key]") if key else text


def scrub_reply(text: str, key: str) -> str:
    """What a teacher said, with a real key blotted out; a word such as ``none`` that stands in for one is let be."""
    return scrub(text, key) if len(key) >= SHORTEST_KEY else text
