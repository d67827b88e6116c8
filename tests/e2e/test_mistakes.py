import resource
import socket
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.e2e.house import House

pytestmark = pytest.mark.timeout(600)
PARQUET = """
[ingest]
sources = [{{ kind = "parquet", path = "{path}", space = "pixel", task = "box", columns = {{ question = "asked", image = "image" }} }}]
"""


def fails(house: House, *arguments: str) -> str:
    done = house.fovea(*arguments)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_an_unreachable_teacher_is_one_sentence_and_no_version(house: House, tmp_path: Path) -> None:
    bare = House(tmp_path / "store", {**house.environment, "FOVEA_STORE": str(tmp_path / "store")}, house.api)
    said = bare.fovea(
        "run", "smoke", "--set", "generate.teacher.provider=nobody", "--set", "generate.teacher.base_url=http://127.0.0.1:9/v1"
    )
    assert said.returncode == 1
    assert "http://127.0.0.1:9/v1" in said.stderr.splitlines()[-1]
    assert "Traceback" not in said.stderr
    assert not bare.opened().versions("traces")


def test_a_full_disk_is_one_sentence_and_no_version(house: House, tmp_path: Path) -> None:
    bare = House(tmp_path / "store", {**house.environment, "FOVEA_STORE": str(tmp_path / "store")}, house.api)
    full: Callable[[], None] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))  # noqa: E731
    said = bare.fovea("run", "smoke", preexec_fn=full)
    assert said.returncode == 1
    assert "limit" in said.stderr.splitlines()[-1]
    assert "Traceback" not in said.stderr
    assert not bare.opened().versions()


def test_a_wrong_column_is_one_sentence(house: House, tmp_path: Path) -> None:
    pq.write_table(pa.table({"question": ["where?"]}), tmp_path / "rows.parquet")
    recipe = tmp_path / "columns.toml"
    recipe.write_text(PARQUET.format(path=tmp_path / "rows.parquet"))
    bare = House(tmp_path / "store", {**house.environment, "FOVEA_STORE": str(tmp_path / "store")}, house.api)
    said = bare.fovea("run", str(recipe))
    assert said.returncode == 1
    assert "asked" in said.stderr.splitlines()[-1]
    assert "Traceback" not in said.stderr


def test_a_port_in_use_is_one_sentence(house: House, tmp_path: Path) -> None:
    other = House(tmp_path / "store", {**house.environment, "PREFECT_HOME": str(tmp_path), "FOVEA_STORE": str(tmp_path / "store")})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} is taken" in fails(other, "up", "--port", str(port))


def test_up_again_changes_nothing(house: House) -> None:
    port = house.api.split(":")[2].split("/")[0]
    again = house.fovea("up", "--port", port)
    assert again.returncode == 0, again.stderr


def test_a_start_without_what_is_upstream_is_one_sentence(house: House, tmp_path: Path) -> None:
    bare = House(tmp_path / "store", {**house.environment, "FOVEA_STORE": str(tmp_path / "store")}, house.api)
    assert "recipe smoke has no ingest to take" in fails(bare, "run", "smoke", "--from", "reinforce")
