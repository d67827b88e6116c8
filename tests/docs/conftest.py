import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from data.store import Store
from tests.made_methods import add_methods

ROOT = Path(__file__).resolve().parents[2]


def script(name: str) -> ModuleType:
    """A script of ``docs`` as a module."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def building() -> ModuleType:
    """The script that renders the documents."""
    return script("build")


@pytest.fixture(scope="session")
def tables() -> ModuleType:
    """The script that writes their tables."""
    return script("tables")


@pytest.fixture(scope="session")
def told_folder(made_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole store, with what each method's parts leave in it."""
    root = tmp_path_factory.mktemp("told") / "store"
    shutil.copytree(made_store.root, root)
    add_methods(Store.open(root))
    return root


@pytest.fixture
def told_store(told_folder: Path) -> Store:
    """That store; its run that has not ended is still alive."""
    store = Store.open(told_folder)
    for run in map(store.run, (folder.name for folder in (told_folder / "runs").glob("run_*"))):
        if run.recorded().get("status") == "running":
            run.heartbeat()
    return store
