"""Textualize: the best grounded chain of a sample, said again without a single coordinate.

These are the textual stream's conversations for finetuning (iVGR, arXiv 2605.31096, and the offline form of its consistency reward).
"""
