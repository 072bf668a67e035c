-- Results of every check of the last weeks, the newest run first.
-- param since DATE = (SELECT max(checked_at)::DATE - 29 FROM ops.check_results): first day, UTC
SELECT *
FROM ops.check_results
WHERE checked_at::DATE >= $since
ORDER BY run_id DESC, gate, suite, check_name
