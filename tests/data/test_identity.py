import math

import pytest

from data.identity import DIGEST_CHARACTERS, Kind, canonical_json, entity_id, new_run_id


def test_equal_content_has_one_id_whatever_the_order_of_its_keys() -> None:
    assert entity_id(Kind.SAMPLE, {"a": 1, "b": 2}) == entity_id(Kind.SAMPLE, {"b": 2, "a": 1})


def test_an_id_carries_its_kind_and_the_kind_is_hashed() -> None:
    sample, trace = entity_id(Kind.SAMPLE, "x"), entity_id(Kind.TRACE, "x")
    assert (sample[:4], trace[:4], len(sample)) == ("smp_", "trc_", 4 + DIGEST_CHARACTERS)
    assert sample[4:] != trace[4:]


def test_what_is_not_a_number_has_no_id() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(math.nan)


def test_run_ids_are_never_the_same() -> None:
    assert len({new_run_id() for _ in range(100)}) == 100
