"""Quality and speed, against named peers, in one form: ``python -m benchmarks.NAME --json [--quick]``."""
