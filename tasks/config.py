"""Report settings."""

from __future__ import annotations

from data.config import Section


class ReportConfig(Section):
    """What the report shows."""

    gallery: int = 12
    """Traces, rollouts and predictions shown with their pictures, each."""
