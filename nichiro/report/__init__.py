"""The report: one HTML file of a release that opens from disk, without a network."""

from __future__ import annotations

from nichiro.report.page import write_guard, write_report

__all__ = ["write_guard", "write_report"]
