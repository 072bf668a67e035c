"""A child that takes some steps of the pipeline, in one process as ``nichiro run`` does: ``DAY STEP…``; prints their seconds."""

from __future__ import annotations

import json
import sys
from datetime import date

from nichiro.pipeline import Pipeline
from nichiro.settings import load_settings


def main() -> None:
    day, *steps = sys.argv[1:]
    pipeline = Pipeline(load_settings(), date.fromisoformat(day))
    for step in steps:
        pipeline.step(step)
    print(json.dumps({"run_id": pipeline.run.run_id, "seconds": pipeline.status.seconds, "counts": pipeline.status.counts}))


if __name__ == "__main__":
    main()
