-- The articles behind one spike, the most reprinted first.
-- param spike_id VARCHAR = (SELECT arg_max(spike_id, published_date) FROM marts.coverage_spikes): the spike
WITH behind AS (
    SELECT unnest(article_ids) AS article_id, published_date AS last_date FROM marts.coverage_spikes WHERE spike_id = $spike_id
),
copied AS (
    SELECT syndicated_from AS article_id, count(*) AS copy_count FROM enriched.copies GROUP BY ALL
)
SELECT
    published_at,
    headline,
    url,
    publisher,
    country_code,
    language_code,
    genre,
    relevance_score,
    coalesce(copy_count, 0) AS copy_count,
    articles.article_id
FROM behind
JOIN marts.articles AS articles ON articles.article_id = behind.article_id AND published_date BETWEEN last_date - 6 AND last_date   -- a week at most
LEFT JOIN copied ON copied.article_id = articles.article_id
ORDER BY copy_count DESC, relevance_score DESC, published_at, articles.article_id
