"""Section: one table of a recipe. Unknown keys fail; values are frozen. Field documentation is the string under the field."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """The base of every recipe section."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
