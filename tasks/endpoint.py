"""Endpoint: where a teacher or a judge listens, and the key it wants."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from models.teacher.config import EMBEDDED, TeacherConfig
from models.teacher.loopback import start_embedded


@contextmanager
def endpoint(config: TeacherConfig, *, is_needed: bool = True) -> Iterator[str | None]:
    """The base URL to ask; the embedded teacher runs while the block does."""
    if config.base_url or config.provider != EMBEDDED or not is_needed:
        yield config.base_url
        return
    with start_embedded() as base_url:
        yield base_url


def api_key(config: TeacherConfig) -> str | None:
    """The teacher's key: of the environment, else of the Prefect Secret named as the variable in lower case with dashes."""
    if config.provider == EMBEDDED or config.key_variable in os.environ:
        return environment_key(config)
    from prefect.blocks.system import Secret
    from prefect.exceptions import ObjectNotFound

    try:
        secret: Any = Secret.load(config.key_variable.lower().replace("_", "-"))
    except (ObjectNotFound, ValueError):
        return None
    return str(secret.get()).strip() or None


def environment_key(config: TeacherConfig) -> str | None:
    """The key that the environment has, for what runs without Prefect."""
    return os.environ.get(config.key_variable, "").strip() or None
