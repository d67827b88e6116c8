"""Reporting: what a run made, as one page that needs nothing but a browser."""

from tasks.reporting.page import render_report

__all__ = ["render_report"]
