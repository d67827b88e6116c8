"""Estimate: what a run of a recipe comes to at most, by its settings alone: no weights, no network, no data."""

from flows.estimate.amounts import Amount, estimate
from flows.estimate.memory import Share, memory

__all__ = ["Amount", "Share", "estimate", "memory"]
