-- Who was silent while coverage spiked: sources seen on their day and healthy on all of the days, with nothing on the beat.
-- param since DATE = (SELECT max(published_date) FROM marts.coverage_spikes): first day
-- param until DATE = (SELECT max(published_date) FROM marts.coverage_spikes): last day
-- Sources that were down, challenged, held or only backfilled are not called silent. Days without a spike give no rows.
WITH watched AS (
    SELECT source_id, count(*) AS day_count
    FROM ops.source_days
    WHERE day BETWEEN $since AND $until
    GROUP BY source_id
    HAVING bool_and(is_healthy AND basis = 'observed') AND count(*) = $until - $since + 1
),
counts AS (
    SELECT
        source_id,
        count(*) FILTER (published_date BETWEEN $since AND $until AND relevance != 'none') AS beat_count,
        count(*) FILTER (published_date BETWEEN $since AND $until) AS article_count,
        count(*) FILTER (published_date < $since AND relevance = 'strong') / 28 AS usual_per_day
    FROM marts.articles
    WHERE published_date BETWEEN $since - 28 AND $until
    GROUP BY source_id
)
SELECT
    source_id,
    sources.publisher,
    sources.country_code,
    sources.publisher_kind,
    day_count,
    coalesce(article_count, 0) AS article_count,
    coalesce(usual_per_day, 0) AS usual_per_day
FROM watched
JOIN ops.sources AS sources USING (source_id)
LEFT JOIN counts USING (source_id)
WHERE coalesce(beat_count, 0) = 0
    AND sources.status = 'active'
    AND EXISTS (FROM marts.coverage_spikes WHERE published_date BETWEEN $since AND $until)
ORDER BY usual_per_day DESC, source_id
