"""Benchmarks: held-out problems, how they are asked and how answers are judged."""
