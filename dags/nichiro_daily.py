"""The scheduled day: crawl every active source, then build, check and publish one release, tell what is new, report.

At 08:00 of the readers' zone it takes the day before: `--date` is the *start* of the interval, read in that zone (`ds`
is its UTC day). An `airflow backfill` crawls nothing: it parses and builds the past again from archive and log. The
report is written on a blocked day too, and says so. docs/airflow.md has the rest.
"""

from __future__ import annotations

from datetime import timedelta

from airflow import sdk

from nichiro import airflow_task as bridge
from nichiro.steps import STEPS

ZONE = bridge.timezone()
DAY = "{{ (data_interval_start or dag_run.run_after).in_timezone('" + ZONE + "').to_date_string() }}"
BY_TEN = sdk.DeadlineAlert(sdk.DeadlineReference.DAGRUN_LOGICAL_DATE, timedelta(hours=26), sdk.AsyncCallback(bridge.tell_late))


@sdk.dag(schedule=sdk.CronDataIntervalTimetable("0 8 * * *", ZONE), **bridge.since(), max_active_runs=1, deadline=BY_TEN,
         default_args=bridge.RETRIES, doc_md=__doc__, tags=["nichiro"])
def nichiro_daily() -> None:
    @sdk.task
    def sources() -> list[str]:
        return bridge.list_sources()

    @sdk.task(max_active_tis_per_dagrun=4, map_index_template="{{ source_id }}")
    def crawl(source_id: str, day: str, run_type: str) -> None:
        if run_type != "backfill":
            bridge.run_step("crawl", "--source", source_id, "--date", day)

    crawled = crawl.partial(day=DAY, run_type="{{ dag_run.run_type.value }}").expand(source_id=sources())
    steps = {name: sdk.task(bridge.run_step, task_id=name, **bridge.rules(name))(name, "--date", DAY) for name in STEPS[1:]}
    steps["report"].as_teardown(on_failure_fail_dagrun=True)   # it runs also after a failure, and hides none
    sdk.chain(crawled, *steps.values())


nichiro_daily()
