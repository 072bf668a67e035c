-- Share of attention per country and genre, where a text that an office gives in several languages counts once.
-- param since DATE = (SELECT max(published_date) - 29 FROM marts.coverage_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.coverage_daily): last day
-- param topic VARCHAR = 'any': topic of the beat, 'any' is the whole beat
-- Originals of sources that were healthy on the day, as in attention_share; enriched.translations says which texts are one.
WITH healthy AS (SELECT source_id, day AS published_date FROM ops.source_days WHERE is_healthy),
texts AS (
    SELECT
        country_code,
        genre,
        coalesce(translation_of, article_id) AS text_id,
        relevance = 'strong' AND ($topic = 'any' OR list_contains(topics, $topic)) AS is_told
    FROM marts.articles
    SEMI JOIN healthy USING (source_id, published_date)
    LEFT JOIN enriched.translations USING (article_id)
    WHERE NOT is_copy AND marts.articles.published_date BETWEEN $since AND $until
)
SELECT
    country_code,
    genre,
    count(DISTINCT text_id) FILTER (is_told) AS text_count,
    count(*) FILTER (is_told) AS version_count,
    count(DISTINCT text_id) AS total_count,
    count(DISTINCT text_id) FILTER (is_told) / count(DISTINCT text_id) AS text_share
FROM texts
GROUP BY ALL
ORDER BY country_code, genre
