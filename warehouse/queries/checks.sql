-- Check results of a run, the broken ones first.
-- param run VARCHAR = (SELECT max(run_id) FROM ops.check_results): run id
SELECT run_id, gate, suite, check_name, severity, outcome, observed, threshold, failing_rows, checked_at
FROM ops.check_results
WHERE run_id = $run
ORDER BY
    list_position(['errored', 'failed', 'passed'], outcome),
    list_position(['critical', 'warning', 'info'], severity),
    gate, suite, check_name
