-- Terms of the beat in the articles behind one spike, the least usual first; words that the beat does not list are in spike_reasons.
-- param spike_id VARCHAR = (SELECT arg_max(spike_id, published_date) FROM marts.coverage_spikes): the spike
-- param days_before INTEGER = 56: days before the spike that tell what is usual
WITH spike AS (
    SELECT * FROM marts.coverage_spikes WHERE spike_id = $spike_id
),
behind AS (
    SELECT unnest(article_ids) AS article_id FROM spike
),
texts AS (
    SELECT articles.article_id, capture_id, articles.article_id IN (FROM behind) AS is_behind
    FROM marts.articles AS articles, spike
    WHERE articles.published_date BETWEEN spike.published_date - $days_before AND spike.published_date
        AND (is_behind OR relevance = 'strong' AND NOT is_copy AND articles.published_date < spike.published_date)
),
terms AS (
    SELECT DISTINCT article_id, is_behind, unnest(terms) AS term
    FROM enriched.passages
    JOIN texts USING (capture_id)
),
counted AS (
    SELECT
        term,
        count(*) FILTER (is_behind) AS article_count,
        (SELECT count(*) FROM behind) AS spike_article_count,
        count(*) FILTER (NOT is_behind) / greatest((SELECT count(*) FROM texts WHERE NOT is_behind), 1) AS usual_share
    FROM terms
    GROUP BY term
)
SELECT *
FROM counted
WHERE article_count > 0
-- 0.05: a term that is merely new does not outrank one that many articles share
ORDER BY article_count / spike_article_count / (usual_share + 0.05) DESC, article_count DESC, term
