-- Health of every source, one row per source and day: state, how we know, the reason, and the figures behind it.
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
    quarantined_count,
    new_count,
    revised_count,
    http_states,
    round(newest_age_days, 1) AS newest_age_days,
    sources.usual_gap_days,
    headline_share,
    date_share,
    body_share,
    byline_share,
    body_length_median,
    usual_body_length
FROM ops.source_days
JOIN ops.sources AS sources USING (source_id)
WHERE day BETWEEN $since AND $until AND sources.status = 'active'
ORDER BY country_code, source_id, day
