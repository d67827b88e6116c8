"""Sources: which of the project's modules a stage is made of, found without importing any.

The *closure* of some modules is those modules and all that they import from this project, directly or through others, also inside
functions; what is imported for type checking alone is left out. Its hash is part of a stage's key.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from data.identity import digest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("data", "models", "tasks")


def source_hash(modules: Iterable[str]) -> str:
    """A hash of the bytes of every source in the closure of the modules, 64 hexadecimal characters."""
    return digest({name: _content_hash(path) for name, path in closure(modules).items()})


def closure(modules: Iterable[str]) -> dict[str, Path]:
    """The modules and all they import from this project, by name. Raises ``ModuleNotFoundError`` on a module that has no source."""
    waiting, found = sorted(modules), {}
    for name in waiting:
        if _path(name) is None:
            raise ModuleNotFoundError(f"{name} has no source below {ROOT}")
    while waiting:
        name = waiting.pop()
        path = _path(name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting.extend(_parents(name))
        waiting.extend(_imports(name, path))
    return dict(sorted(found.items()))


@cache
def _path(module: str) -> Path | None:
    if module.split(".")[0] not in PACKAGES:
        return None
    base = ROOT.joinpath(*module.split("."))
    candidates = (base / "__init__.py", base.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


def _parents(module: str) -> Iterator[str]:
    head, _, _ = module.rpartition(".")
    if head:
        yield head


@cache
def _content_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _imports(module: str, path: Path) -> tuple[str, ...]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return tuple(sorted(set(_imported(ast.parse(path.read_bytes()), package))))


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        children: Iterable[ast.AST] = node.orelse
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(node, package)
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)
        return
    else:
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from _imported(child, package)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    base = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*base, *filter(None, [node.module])])
