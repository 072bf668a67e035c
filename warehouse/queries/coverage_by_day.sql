-- Coverage and share of attention per day and publisher's country, with the seven-day share and what it rests on.
-- param since DATE = (SELECT max(published_date) - 119 FROM marts.coverage_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.coverage_daily): last day
-- param topic VARCHAR = 'any': topic of the beat, 'any' is the whole beat
-- A day is "so far" where our last crawl began before the publishers' midnight.
WITH daily AS (
    SELECT
        published_date,
        country_code,
        sum(article_count)::BIGINT AS article_count,
        sum(copy_count)::BIGINT AS copy_count,
        sum(original_count)::BIGINT AS original_count,
        sum(passage_count)::BIGINT AS passage_count,
        sum(attention_count)::BIGINT AS attention_count,
        sum(total_count)::BIGINT AS total_count,
        -- a country's basis: that of its parts, partial where they differ in health
        CASE
            WHEN count(DISTINCT share_basis) FILTER (source_count > 0) = 1 THEN min(share_basis) FILTER (source_count > 0)
            WHEN bool_or(share_basis IN ('partial', 'unknown')) FILTER (source_count > 0) THEN 'partial'
            WHEN count(*) FILTER (source_count > 0) > 0 THEN 'mixed'
            ELSE 'unknown'
        END AS share_basis
    FROM marts.coverage_daily
    WHERE topic_id = $topic AND published_date BETWEEN $since - 6 AND $until
    GROUP BY ALL
),
health AS (
    SELECT
        days.day AS published_date,
        sources.country_code,
        count(*) FILTER (days.is_healthy) AS healthy_source_count,
        count(*) AS source_count
    FROM ops.source_days AS days
    JOIN ops.sources AS sources USING (source_id)
    WHERE sources.status = 'active'
    GROUP BY ALL
),
midnights AS (
    SELECT country_code, min((crawls.last_at AT TIME ZONE timezone)::DATE) AS open_date
    FROM ops.sources, (SELECT max(started_at) AS last_at FROM raw.crawls) AS crawls
    GROUP BY ALL
)
SELECT
    daily.* EXCLUDE (share_basis),
    attention_count / nullif(total_count, 0) AS attention_share,
    sum(attention_count) OVER week / nullif(sum(total_count) OVER week, 0) AS attention_share_7_days,
    share_basis,
    coalesce(healthy_source_count, 0) AS healthy_source_count,
    coalesce(source_count, 0) AS source_count,
    coalesce(published_date >= open_date, false) AS is_so_far
FROM daily
LEFT JOIN health USING (published_date, country_code)
LEFT JOIN midnights USING (country_code)
WINDOW week AS (PARTITION BY country_code ORDER BY published_date RANGE BETWEEN INTERVAL 6 DAYS PRECEDING AND CURRENT ROW)
QUALIFY published_date >= $since
ORDER BY published_date DESC, country_code
