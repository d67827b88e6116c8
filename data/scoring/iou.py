"""IoU: the strict intersection over union, in Python, in NumPy and in SQL.

A box that is inverted, of zero area or not finite has an IoU of 0 with every box, itself included; boxes that only touch have 0. So have
boxes so small or so large that their union is 0 or infinite as a number.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data.space import Box, corners_iou
from data.trace import PlacedBox, PlacedPoint

Boxes = npt.NDArray[np.float64]

IOU_SQL = """
create macro finite_or_zero(x) as case when isfinite(x) then x else 0.0::double end;
create macro iou(ax1, ay1, ax2, ay2, bx1, by1, bx2, by2) as case
  when ax1 + ay1 + ax2 + ay2 + bx1 + by1 + bx2 + by2 is null then null
  when not (isfinite(ax1::double) and isfinite(ay1::double) and isfinite(ax2::double) and isfinite(ay2::double)
    and isfinite(bx1::double) and isfinite(by1::double) and isfinite(bx2::double) and isfinite(by2::double)) then 0.0::double
  when ax1 >= ax2 or ay1 >= ay2 or bx1 >= bx2 or by1 >= by2 then 0.0::double
  when ax1 >= bx2 or bx1 >= ax2 or ay1 >= by2 or by1 >= ay2 then 0.0::double
  else finite_or_zero((case when ax2 < bx2 then ax2 else bx2 end - case when ax1 > bx1 then ax1 else bx1 end)::double
    * (case when ay2 < by2 then ay2 else by2 end - case when ay1 > by1 then ay1 else by1 end)
    / ((ax2 - ax1)::double * (ay2 - ay1) + (bx2 - bx1)::double * (by2 - by1)
      - (case when ax2 < bx2 then ax2 else bx2 end - case when ax1 > bx1 then ax1 else bx1 end)::double
      * (case when ay2 < by2 then ay2 else by2 end - case when ay1 > by1 then ay1 else by1 end)))
  end;
"""
"""``iou``, a macro of eight columns, NULL where one is NULL; it needs the other one."""


def iou(a: Box, b: Box) -> float:
    """IoU in [0, 1] of two boxes of one space. Raises ``ValueError`` where the spaces differ."""
    return a.iou(b)


def placed_iou(a: PlacedBox, b: PlacedBox) -> float:
    """IoU in [0, 1] of two placed boxes; 0 on different images."""
    return corners_iou(a, b) if a.image_index == b.image_index else 0.0


def iou_matrix(a: Boxes, b: Boxes) -> Boxes:
    """(N, 4) and (M, 4) rows of x1, y1, x2, y2 give the (N, M) IoUs."""
    a, b = np.asarray(a, dtype=float).reshape(-1, 4), np.asarray(b, dtype=float).reshape(-1, 4)
    is_valid = _is_valid(a)[:, None] & _is_valid(b)[None]
    a, b = np.where(_is_valid(a)[:, None], a, 0.0), np.where(_is_valid(b)[:, None], b, 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        sides = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
        has_overlap = is_valid & (sides > 0).all(-1)
        intersection = np.where(has_overlap, sides.prod(-1), 0.0)
        union = (a[:, 2:] - a[:, :2]).prod(-1)[:, None] + (b[:, 2:] - b[:, :2]).prod(-1)[None] - intersection
    is_number = (union > 0) & (union < np.inf)
    result: Boxes = np.divide(intersection, union, out=np.zeros_like(intersection), where=has_overlap & is_number)
    return result


def placed_matrix(a: tuple[PlacedBox, ...], b: tuple[PlacedBox, ...]) -> Boxes:
    """The (N, M) IoUs of placed boxes; 0 on different images."""
    images = np.array([box.image_index for box in a])[:, None] == np.array([box.image_index for box in b])[None]
    rows = [np.array([(box.x1, box.y1, box.x2, box.y2) for box in boxes], dtype=float) for boxes in (a, b)]
    return np.where(images, iou_matrix(rows[0], rows[1]), 0.0)


def _is_valid(boxes: Boxes) -> npt.NDArray[np.bool_]:
    valid: npt.NDArray[np.bool_] = np.isfinite(boxes).all(-1) & (boxes[:, 0] < boxes[:, 2]) & (boxes[:, 1] < boxes[:, 3])
    return valid


def point_in_box(point: PlacedPoint, box: PlacedBox) -> bool:
    """Whether a placed point lies in a placed box, edges included; never on different images."""
    return point.image_index == box.image_index and box.x1 <= point.x <= box.x2 and box.y1 <= point.y <= box.y2
