"""Section: one table of a recipe. Unknown keys fail; values are frozen. Field documentation is the string under the field."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """The base of every recipe section. An error says where and what is wrong and repeats no value, which may be a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)
