"""Scoring: the strict scorer. Published scorers that behave otherwise are compat protocols in ``data.benchmarks``."""

from __future__ import annotations

from data.scoring.iou import IOU_SQL, iou, iou_matrix, placed_iou
from data.scoring.score import CORRECT_IOU, Score, is_scorable, point_hits, score_answer

__all__ = ["CORRECT_IOU", "IOU_SQL", "Score", "iou", "iou_matrix", "is_scorable", "placed_iou", "point_hits", "score_answer"]
