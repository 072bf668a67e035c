-- Pages held back, by source and reason, with one example each.
-- param since DATE = (SELECT max(captured_date) - 29 FROM staging.quarantine): first day of capture, UTC
-- param until DATE = (SELECT max(captured_date) FROM staging.quarantine): last day of capture, UTC
SELECT
    source_id,
    reason,
    count(*) AS page_count,
    min(captured_date) AS first_date,
    max(captured_date) AS last_date,
    arg_max(detail, captured_at) AS latest_detail,
    arg_max(url, captured_at) AS latest_url
FROM staging.quarantine
WHERE captured_date BETWEEN $since AND $until
GROUP BY ALL
ORDER BY page_count DESC, source_id, reason
