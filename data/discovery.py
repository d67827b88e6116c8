"""Discovery: a package of strategies, each a file of its own, finds them by itself.

Its ``__init__`` ends with ``discover(__name__, __path__)``, which imports every module there is beside it; each puts itself in the
package's registry. ``tasks.sources`` knows the call, so that all those files are part of the keys of the stages that use the package.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules


def discover(package: str, folders: Iterable[str]) -> None:
    """Import the modules and packages directly in a package's folders, by name."""
    for name in sorted({module.name for module in iter_modules(list(folders))}):
        import_module(f"{package}.{name}")
