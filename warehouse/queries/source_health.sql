-- Health of every source, one row per source and day: state, how we know, and the reason.
-- param since DATE = (SELECT max(day) - 27 FROM ops.source_days): first day
-- param until DATE = (SELECT max(day) FROM ops.source_days): last day
SELECT
    source_id,
    sources.publisher,
    sources.country_code,
    day,
    state,
    basis,
    is_healthy,
    reason,
    discovered_count,
    fetched_count,
    article_count,
    quarantined_count
FROM ops.source_days
JOIN ops.sources AS sources USING (source_id)
WHERE day BETWEEN $since AND $until AND sources.status = 'active'
ORDER BY country_code, source_id, day
