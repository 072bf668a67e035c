"""Alerts: rows first, then messages to those who asked for them, each once."""
