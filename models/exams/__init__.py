"""Exams: benchmarks asked of a model, whether a checkpoint or an endpoint, and its replies marked by one protocol or several."""
