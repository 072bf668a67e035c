-- Official acts on the beat in the days before one spike's first article: candidates for its cause, no more.
-- param spike_id VARCHAR = (SELECT arg_max(spike_id, published_date) FROM marts.coverage_spikes): the spike
-- param days_before INTEGER = 7: how far back an act is looked for
WITH spike AS (
    SELECT * FROM marts.coverage_spikes WHERE spike_id = $spike_id
),
beginning AS (
    SELECT min(published_at) AS first_at FROM marts.articles WHERE article_id IN (SELECT unnest(article_ids) FROM spike)
)
SELECT
    articles.published_at,
    headline,
    url,
    publisher,
    articles.country_code,
    articles.language_code,
    articles.genre,
    published_precision,
    topics,
    list_contains(topics, spike.topic_id) AS is_on_topic,
    article_id
FROM marts.articles AS articles, spike, beginning
WHERE relevance = 'strong' AND NOT is_copy
    AND articles.genre IN ('official_statement', 'press_conference', 'readout', 'diet_speech')
    AND articles.published_date BETWEEN spike.published_date - $days_before AND spike.published_date
    AND (articles.published_at <= first_at OR published_precision = 'day')   -- of a bare day the hour is not known
ORDER BY is_on_topic DESC, articles.published_at DESC, article_id
