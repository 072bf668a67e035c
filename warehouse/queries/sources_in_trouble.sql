-- Sources that were not healthy on a day: state, reason, and since when.
-- param day DATE = (SELECT max(day) FROM ops.source_days): the day
WITH healthy AS (
    SELECT source_id, max(day) AS last_healthy_date
    FROM ops.source_days
    WHERE is_healthy AND day < $day
    GROUP BY source_id
)
SELECT
    source_id,
    sources.publisher,
    sources.country_code,
    state,
    basis,
    reason,
    last_healthy_date,
    $day - last_healthy_date AS days_since_healthy,
    discovered_count,
    fetched_count,
    article_count,
    quarantined_count
FROM ops.source_days
JOIN ops.sources AS sources USING (source_id)
LEFT JOIN healthy USING (source_id)
WHERE day = $day AND NOT is_healthy AND sources.status = 'active'
ORDER BY days_since_healthy DESC NULLS FIRST, source_id
