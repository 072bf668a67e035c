-- Latest headlines on the beat, newest first, each with relevance, tone and whether it is a copy.
-- param since DATE = (SELECT max(published_date) - 6 FROM marts.articles): first day
-- param until DATE = (SELECT max(published_date) FROM marts.articles): last day
-- param rows INTEGER = 200: at most so many
WITH copied AS (
    SELECT syndicated_from AS article_id, count(*) AS copy_count FROM enriched.copies GROUP BY ALL
)
SELECT
    articles.published_date,
    articles.published_at,
    articles.published_precision,
    articles.headline,
    articles.url,
    articles.publisher,
    articles.country_code,
    articles.language_code,
    articles.genre,
    articles.relevance,
    articles.relevance_score,
    articles.topics,
    articles.tone_score,
    articles.is_copy,
    originals.publisher AS copied_from,
    coalesce(copy_count, 0) AS copy_count,
    articles.article_id
FROM marts.articles AS articles
LEFT JOIN marts.articles AS originals ON originals.article_id = articles.syndicated_from
LEFT JOIN copied ON copied.article_id = articles.article_id
WHERE articles.relevance != 'none' AND articles.published_date BETWEEN $since AND $until
ORDER BY articles.published_date DESC, articles.published_at DESC, articles.article_id
LIMIT $rows
