"""Places: boxes and points of a source's row, in whatever form and space it has them, as pixels of their oriented images."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from data.sample import Role
from data.sources.problem import Reason, RowError, SourceImage
from data.space import Frame
from data.trace import PlacedBox, PlacedPoint
from data.viewing import ViewConfig

BoxFormat = Literal["xyxy", "xywh"]
SPACES = {"pixel": "pixel", "thousandth": "grid:1000", "unit": "unit", "resized": "resized"}
"""What sources call a space, and what ``ViewConfig`` calls it."""
EDGE_TOLERANCE_PX = 0.01
"""Labels rounded to six decimals pass an edge by less than this; they are set back to it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How a row writes its places: its images, the name of their space (None: undeclared), the form of its boxes, who has no role."""

    images: tuple[SourceImage, ...]
    space: str | None
    box_format: BoxFormat = "xyxy"
    default_role: Role = Role.ANSWER

    def boxes(self, value: Any) -> tuple[PlacedBox, ...]:
        """Boxes from ``[x1, y1, x2, y2]``, a list of such, or of objects with ``x1, y1, x2, y2`` and ``image_index, label, role``.

        Raises ``RowError``.
        """
        return tuple(self._box(item) for item in _items(value, "boxes", 4))

    def points(self, value: Any) -> tuple[PlacedPoint, ...]:
        """Points from ``[x, y]``, a list of such, or of objects with ``x, y`` and ``image_index, label``. Raises ``RowError``."""
        return tuple(self._point(item) for item in _items(value, "points", 2))

    def frames(self) -> tuple[Frame, ...]:
        """The frame of each image. Raises ``RowError`` where the space is undeclared or unknown."""
        if self.space not in SPACES:
            said = "no space is declared" if self.space is None else f"space {self.space!r} is unknown"
            raise RowError(Reason.UNDECLARED_SPACE, f"coordinates are given but {said}; declare one of {', '.join(SPACES)}")
        view = ViewConfig(space=SPACES[self.space])
        try:
            return tuple(view.frame(image.width, image.height) for image in self.images)
        except ValueError as error:
            raise RowError(Reason.UNDECLARED_SPACE, f"space {self.space} does not exist here: {error}") from error

    def _box(self, item: Any) -> PlacedBox:
        numbers = _numbers(item, "box", ("x1", "y1", "x2", "y2"))
        if self.box_format == "xywh":
            numbers = [numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3]]
        name = "box ({:g}, {:g}, {:g}, {:g})".format(*numbers)
        index = self._image_index(item, name)
        _check_finite(numbers, name)
        if not (numbers[0] < numbers[2] and numbers[1] < numbers[3]):
            raise RowError(Reason.INVERTED_BOX, f"{name} is inverted or has no area")
        x1, y1, x2, y2 = self._pixels(numbers, index, name)
        return PlacedBox(x1, y1, x2, y2, index, _optional_text(item, "label"), self._role(item))

    def _point(self, item: Any) -> PlacedPoint:
        numbers = _numbers(item, "point", ("x", "y"))
        name = "point ({:g}, {:g})".format(*numbers)
        index = self._image_index(item, name)
        _check_finite(numbers, name)
        x, y = self._pixels(numbers, index, name)
        return PlacedPoint(x, y, index, _optional_text(item, "label"))

    def _pixels(self, numbers: Sequence[float], index: int, name: str) -> list[float]:
        """Coordinates x, y, x, y, ... as pixels of the stored image."""
        frame = self.frames()[index]
        pixels = []
        for axis, number in enumerate(numbers):
            source, extent = (frame.model.height, frame.stored.height) if axis % 2 else (frame.model.width, frame.stored.width)
            pixel = number * extent / source
            if not -EDGE_TOLERANCE_PX <= pixel <= extent + EDGE_TOLERANCE_PX:
                size = f"{frame.stored.width:g}x{frame.stored.height:g}"
                raise RowError(Reason.OUTSIDE_IMAGE, f"{name} in space {self.space} exceeds image {size}; is its space declared rightly?")
            pixels.append(min(max(pixel, 0.0), float(extent)))
        return pixels

    def _image_index(self, item: Any, name: str) -> int:
        index = item.get("image_index") if isinstance(item, Mapping) else None
        index = 0 if index is None else index
        if not isinstance(index, int) or isinstance(index, bool):
            raise RowError(Reason.WRONG_TYPE, f"image_index of {name} should be a whole number, not {index!r}")
        if not 0 <= index < len(self.images):
            raise RowError(Reason.NO_SUCH_IMAGE, f"{name} is on image {index}, the row has {len(self.images)}, counted from 0")
        return index

    def _role(self, item: Any) -> Role:
        role = _optional_text(item, "role")
        if role is not None and role not in set(Role):
            raise RowError(Reason.WRONG_TYPE, f"role should be one of {', '.join(Role)}, not {role!r}")
        return self.default_role if role is None else Role(role)


def _items(value: Any, name: str, width: int) -> list[Any]:
    """A list of places, from one place or several."""
    if isinstance(value, Mapping):
        return [value]
    if not isinstance(value, list | tuple):
        raise RowError(Reason.WRONG_TYPE, f"{name} should be a list, not {value!r}")
    is_single = len(value) == width and not any(isinstance(item, list | tuple | Mapping) for item in value)
    return [value] if is_single else list(value)


def _numbers(item: Any, name: str, keys: tuple[str, ...]) -> list[float]:
    if isinstance(item, Mapping):
        missing = [key for key in keys if item.get(key) is None]
        if missing:
            raise RowError(Reason.MISSING_FIELD, f"{name} lacks {', '.join(missing)}; it has {', '.join(map(str, item))}")
        item = [item[key] for key in keys]
    is_row = isinstance(item, list | tuple) and len(item) == len(keys)
    if not is_row or any(isinstance(number, bool) or not isinstance(number, int | float) for number in item):
        raise RowError(Reason.WRONG_TYPE, f"{name} should be {len(keys)} numbers {', '.join(keys)}, not {item!r}")
    try:
        return [float(number) for number in item]
    except OverflowError as error:
        raise RowError(Reason.NOT_FINITE, f"{name} holds a number beyond 1e308") from error


def _check_finite(numbers: Sequence[float], name: str) -> None:
    if not all(map(math.isfinite, numbers)):
        raise RowError(Reason.NOT_FINITE, f"{name} is not finite")


def _optional_text(item: Any, key: str) -> str | None:
    value = item.get(key) if isinstance(item, Mapping) else None
    if value is not None and not isinstance(value, str):
        raise RowError(Reason.WRONG_TYPE, f"{key} of a place should be text, not {value!r}")
    return value
