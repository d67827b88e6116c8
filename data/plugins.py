"""Plugins: modules outside the project that a recipe names; importing one puts its strategies into their registries.

They are found as Python finds modules, so the folder they are in is the working folder, in ``PYTHONPATH`` or installed. The bytes of a
plugin's file are part of the key of the stages that name it; of what it imports in its turn they are not.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


class PluginError(ValueError):
    """A plugin that cannot be imported; the text is one sentence."""


def load_plugins(names: Iterable[str]) -> None:
    """Import each. Raises ``PluginError``."""
    for name in names:
        try:
            import_module(name)
        except ImportError as error:
            raise PluginError(f"plugin {name!r} cannot be imported: {error}") from error


def plugin_hashes(names: Iterable[str]) -> dict[str, str]:
    """The hash of each plugin's file by its name. Raises ``PluginError``."""
    load_plugins(names)
    return {name: _file_hash(name) for name in names}


def _file_hash(name: str) -> str:
    spec = find_spec(name)
    if spec is None or spec.origin is None or not spec.has_location:
        raise PluginError(f"plugin {name!r} has no file")
    return sha256(Path(spec.origin).read_bytes()).hexdigest()
