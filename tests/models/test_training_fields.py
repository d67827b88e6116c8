import dataclasses

import pytest
from peft import LoraConfig
from trl import GRPOConfig, SFTConfig

from models.training.errors import TrainingError
from models.training.fields import GRPO, LORA, SFT, Configuration


@pytest.mark.parametrize(("known", "kind"), [(SFT, SFTConfig), (GRPO, GRPOConfig), (LORA, LoraConfig)])
def test_the_names_that_are_read_off_the_source_are_those_of_the_class(known: Configuration, kind: type) -> None:
    assert known.name == kind.__name__
    assert known.fields == {field.name for field in dataclasses.fields(kind) if field.init}


def test_a_field_that_is_nearly_spelt_right_is_said() -> None:
    with pytest.raises(TrainingError, match=r"^learning_rat is no field of GRPOConfig; is it learning_rate\?$"):
        GRPO.check(["temperature", "learning_rat"])


def test_a_field_that_something_else_decides_is_named_with_it() -> None:
    with pytest.raises(TrainingError, match=r"^num_generations is decided by rollouts_per_group$"):
        GRPO.check({"num_generations": 8})
