"""The scheduled day: crawl every active source, then build, check and publish one release, then report.

At 08:00 of the readers' zone it takes the day before: `--date` is the *start* of the interval, read in that zone (`ds`
is its UTC day). An `airflow backfill` crawls nothing: it parses and builds the past again from archive and log. The
report is written on a blocked day too, and says so.
"""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable, chain, dag, task

from nichiro.airflow_task import RETRIES, WRITER_POOL, list_sources, run_step, timezone
from nichiro.steps import STEPS

DAY = "{{ (data_interval_start or dag_run.run_after).in_timezone('" + timezone() + "').to_date_string() }}"


@dag(schedule=CronDataIntervalTimetable("0 8 * * *", timezone()), catchup=False, max_active_runs=1,
     default_args=RETRIES, doc_md=__doc__, tags=["nichiro"])
def nichiro_daily() -> None:
    @task
    def sources() -> list[str]:
        return list_sources()

    @task(max_active_tis_per_dagrun=4, map_index_template="{{ source_id }}")
    def crawl(source_id: str, day: str, run_type: str) -> None:
        if run_type != "backfill":
            run_step("crawl", "--source", source_id, "--date", day)

    crawled = crawl.partial(day=DAY, run_type="{{ dag_run.run_type }}").expand(source_id=sources())
    writers = [task(run_step, task_id=step, pool=WRITER_POOL)(step, "--date", DAY) for step in STEPS[1:-1]]
    report = task(run_step, task_id=STEPS[-1])(STEPS[-1], "--date", DAY)
    chain(crawled, *writers, report.as_teardown(on_failure_fail_dagrun=True))   # runs also after a failure, hides none


nichiro_daily()
