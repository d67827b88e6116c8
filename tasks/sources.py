"""Sources: which of the project's modules a stage is made of, found without importing any.

The *closure* of some modules is those modules and all that they import from this project, directly or through others, also inside
functions; what is imported for type checking alone is left out. Its hash, which covers the files that lie beside a package's modules,
such as templates, is part of a stage's key. A package that calls ``discover`` imports all modules that lie in it.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from data.identity import digest

INIT = "__init__.py"
ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("data", "models", "tasks")
PACKAGE_DATA = {".css", ".html", ".j2", ".jinja", ".md", ".sql", ".toml", ".txt"}
DISCOVER = "discover"
"""The call by which a package imports its modules (``data.discovery``)."""
KEYED_BY_USE = {"data.prompts"}
"""Packages whose files are hashed into a key one by one, by the stages that use them."""


def source_hash(modules: Iterable[str]) -> str:
    """A hash of the bytes of every source in the closure of the modules and of its packages' files, 64 hexadecimal characters."""
    found = closure(modules)
    beside = {str(path.relative_to(ROOT)): path for name, source in found.items() for path in package_data(name, source)}
    return digest({name: _content_hash(path) for name, path in (found | beside).items()})


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
def package_data(module: str, source: Path) -> tuple[Path, ...]:
    """The files that belong to a package beside its modules, in folders that are no packages too; none for a module that is no package."""
    if source.name != INIT or module in KEYED_BY_USE:
        return ()
    return tuple(sorted(_data_below(source.parent)))


def _data_below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_file() and path.suffix in PACKAGE_DATA:
            yield path
        elif path.is_dir() and not (path / INIT).exists():
            yield from _data_below(path)


@cache
def _path(module: str) -> Path | None:
    if module.split(".")[0] not in PACKAGES:
        return None
    base = ROOT.joinpath(*module.split("."))
    candidates = (base / INIT, base.with_suffix(".py"))
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
    package = module if path.name == INIT else module.rpartition(".")[0]
    tree = ast.parse(path.read_bytes())
    found = _discovered(module, path.parent) if path.name == INIT and _discovers(tree) else ()
    return tuple(sorted({*_imported(tree, package), *found}))


def _discovers(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == DISCOVER for node in ast.walk(tree))


def _discovered(package: str, folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        if path.name != INIT and (path.suffix == ".py" or (path / INIT).is_file()):
            yield f"{package}.{path.stem}"


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
