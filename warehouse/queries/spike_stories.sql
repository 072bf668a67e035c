-- The stories behind one spike, the most told first: how many of its articles tell each, who moved first, which official document came before the press.
-- param spike_id VARCHAR = (SELECT arg_max(spike_id, published_date) FROM marts.coverage_spikes): the spike
WITH behind AS (
    SELECT unnest(article_ids) AS article_id FROM marts.coverage_spikes WHERE spike_id = $spike_id
),
told AS (
    SELECT story_id, count(*) AS behind_count, list(article_id ORDER BY article_id) AS article_ids
    FROM behind
    JOIN marts.story_documents USING (article_id)
    GROUP BY story_id
)
SELECT
    told.behind_count,
    behind_count / (SELECT count(*) FROM behind) AS spike_share,
    stories.headline,
    firsts.publisher AS first_publisher,
    stories.first_published_at,
    stories.original_count,
    len(stories.source_ids) AS source_count,
    stories.language_codes,
    officials.headline AS official_headline,
    officials.publisher AS official_publisher,
    officials.published_at AS official_published_at,
    told.article_ids,
    stories.story_id
FROM told
JOIN marts.stories AS stories USING (story_id)
LEFT JOIN marts.articles AS firsts ON firsts.article_id = stories.first_article_id
LEFT JOIN marts.articles AS officials ON officials.article_id = stories.official_article_id
ORDER BY told.behind_count DESC, stories.first_published_at, stories.story_id
