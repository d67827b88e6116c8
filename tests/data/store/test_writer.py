import pyarrow as pa
import pytest

from data.store import StoreError
from data.store.writer import typed
from data.tables import TABLES


def test_a_value_that_does_not_fit_is_named_by_column_and_row() -> None:
    rows = [{"run_id": "r", "step": 1, "name": "loss", "value": 0.5}, {"run_id": "r", "step": 2, "name": "loss", "value": "low"}]
    with pytest.raises(StoreError, match=r"table metrics, column value of row 1 \(run_id r, step 2, name loss\): .*'low'"):
        typed("metrics", rows)


def test_a_column_of_another_type_is_named() -> None:
    with pytest.raises(StoreError, match="table metrics, column step: "):
        typed("metrics", pa.table({"step": ["first"]}))


def test_rows_of_an_older_schema_are_given_todays_columns() -> None:
    rows = typed("metrics", pa.table({"step": pa.array([3], pa.int32()), "note": ["kept"]}))
    assert rows.schema.names == [*TABLES["metrics"].schema.names, "note"]
    assert rows.select(["step", "value"]).to_pylist() == [{"step": 3, "value": None}]
