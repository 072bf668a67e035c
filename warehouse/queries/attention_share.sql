-- Share of attention per country, language and genre, wire copies once, over sources that were healthy on the day.
-- param since DATE = (SELECT max(published_date) - 29 FROM marts.coverage_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.coverage_daily): last day
-- param topic VARCHAR = 'any': topic of the beat, 'any' is the whole beat
-- Days without a healthy source are in no sum; the last columns say how many days rest on what.
SELECT
    country_code,
    language_code,
    genre,
    sum(attention_count)::BIGINT AS attention_count,
    sum(total_count)::BIGINT AS total_count,
    sum(attention_count) / nullif(sum(total_count), 0) AS attention_share,
    count(*) FILTER (share_basis = 'observed') AS observed_day_count,
    count(*) FILTER (share_basis = 'backfilled') AS backfilled_day_count,
    count(*) FILTER (share_basis = 'mixed') AS mixed_day_count,
    count(*) FILTER (share_basis = 'partial') AS partial_day_count,
    count(*) FILTER (share_basis = 'unknown') AS unknown_day_count
FROM marts.coverage_daily
WHERE topic_id = $topic AND published_date BETWEEN $since AND $until
GROUP BY ALL
HAVING max(source_count) > 0
ORDER BY country_code, language_code, genre
