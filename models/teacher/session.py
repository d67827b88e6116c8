"""Session: one client for all shards of a run that one process works on.

The client, and with it ledger, pace, slots, breaker and budget, lives in the event loop of a thread of its own. The first who asks for
the session of a run opens it, the last who leaves closes it; a process elsewhere has its own, which counts what is on disk when it opens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar, TypeVarTuple

from anyio.from_thread import BlockingPortal, start_blocking_portal

from data.store import RunFolder, Store
from data.store.images import ImageReader
from models.teacher.client import TeacherClient
from models.teacher.config import BudgetConfig, TeacherConfig
from models.teacher.errors import TeacherUnreachableError
from models.teacher.ledger import Ledger
from models.teacher.pictures import StoredPictures

SECTION = "generate.teacher"
"""Where a recipe says who writes."""
Given = TypeVarTuple("Given")
Result = TypeVar("Result")


class Reached(Protocol):
    """Settings that name an endpoint and what it may cost."""

    @property
    def teacher(self) -> TeacherConfig:
        """The endpoint."""

    @property
    def budget(self) -> BudgetConfig:
        """The most that one run newly pays."""


@dataclass(frozen=True)
class Session:
    """A client at work in another thread."""

    client: TeacherClient
    portal: BlockingPortal

    def wait_for(self, work: Callable[[*Given], Awaitable[Result]], *given: *Given) -> Result:
        """Do the work in the client's event loop; it is cancelled where the waiting is broken off."""
        future = self.portal.start_task_soon(work, *given)
        try:
            return future.result()
        finally:
            future.cancel()


@dataclass
class _Shared:
    session: Session
    closing: ExitStack
    users: int = 0


@dataclass
class _Sessions:
    """Those that are open in this process, by store and run."""

    lock: Lock = field(default_factory=Lock)
    open: dict[tuple[Path, str], _Shared] = field(default_factory=dict)


_SESSIONS = _Sessions()


@contextmanager
def shared_session(
    store: Store,
    run: RunFolder,
    images: ImageReader,
    config: Reached,
    base_url: str | None,
    api_key: str | None,
    section: str = SECTION,
) -> Iterator[Session]:
    """The session of a run; all who share it get the client of the first. Raises ``TeacherUnreachableError``.

    ``section`` is where a recipe says whom to ask.
    """
    key = store.root, run.run_id
    with _SESSIONS.lock:
        if key not in _SESSIONS.open:
            _SESSIONS.open[key] = _open(store, run, images, config, base_url, api_key, section)
        shared = _SESSIONS.open[key]
        shared.users += 1
    try:
        yield shared.session
    finally:
        with _SESSIONS.lock:
            shared.users -= 1
            if not shared.users:
                del _SESSIONS.open[key]
                shared.closing.close()


def _open(
    store: Store,
    run: RunFolder,
    images: ImageReader,
    config: Reached,
    base_url: str | None,
    api_key: str | None,
    section: str,
) -> _Shared:
    if base_url is None:
        raise TeacherUnreachableError(f"there is no base URL for the provider {config.teacher.provider!r}; set {section}.base_url")
    ledger = Ledger(run, store.requests())
    client = TeacherClient(config.teacher, base_url, api_key, ledger, StoredPictures(images), config.budget, section)
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal(name=f"teacher of {run.run_id}"))
        stack.enter_context(portal.wrap_async_context_manager(client))
        return _Shared(Session(client, portal), stack.pop_all())
    raise AssertionError("an exit stack swallows nothing")
