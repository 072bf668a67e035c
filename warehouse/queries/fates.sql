-- What became of every capture, per source: the counts add up to what was fetched.
-- param since DATE = (SELECT max(captured_date) FROM ops.fates): first day of capture, UTC
-- param until DATE = (SELECT max(captured_date) FROM ops.fates): last day of capture, UTC
SELECT source_id, fate, reason, count(*) AS capture_count
FROM ops.fates
WHERE captured_date BETWEEN $since AND $until
GROUP BY ALL
ORDER BY source_id, fate, reason
