"""Faults: what is wrong with settings, as a sentence for a person."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


def told(error: ValidationError, root: type[BaseModel]) -> str:
    """What is wrong where, in one sentence; of a setting that does not exist, which there are. ``root`` is what was read."""
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {_problem(item, root)}" for item in error.errors())


def _problem(item: ErrorDetails, root: type[BaseModel]) -> str:
    if item["type"] != "extra_forbidden":
        return item["msg"].removeprefix("Value error, ")
    section = _section(item["loc"][:-1], root)
    if section is None:
        return "there is no such setting"
    near = get_close_matches(str(item["loc"][-1]), section.model_fields, n=1)
    return f"there is no such setting; {f'is it {near[0]}? There' if near else 'there'} are {', '.join(sorted(section.model_fields))}"


def _section(place: Sequence[int | str], root: type[BaseModel]) -> type[BaseModel] | None:
    """The section at a place; None where there is none."""
    kind: Any = root
    for part in place:
        kind = _inside(kind, part)
    return kind if _is_section(kind) else None


def _inside(kind: Any, part: int | str) -> Any:
    """The type at a field of a section, an item of a list or dictionary, or a kind among several."""
    if _is_section(kind):
        field = kind.model_fields.get(str(part))
        return _bare(field.annotation) if field else None
    if get_origin(kind) in {list, dict}:
        return _bare(get_args(kind)[-1])
    return next((one for one in get_args(kind) if _is_section(one) and part in _tags(one)), None)


def _bare(kind: Any) -> Any:
    """A type without what is annotated, and the only section of what may be something else too."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    sections = [one for one in get_args(kind) if _is_section(one)]
    return sections[0] if get_origin(kind) in {Union, UnionType} and len(sections) == 1 and NoneType in get_args(kind) else kind


def _tags(section: type[BaseModel]) -> set[str]:
    """How pydantic names a section among several."""
    kind = section.model_fields.get("kind")
    return {section.__name__, str(kind.default) if kind else section.__name__}


def _is_section(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
