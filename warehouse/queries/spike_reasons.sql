-- Why coverage spiked: the articles behind a day's spikes, the sources they came from, and official acts before it.
-- param day DATE = (SELECT max(published_date) FROM marts.coverage_spikes): day of the spike
-- param days_before INTEGER = 3: how far back an official act is looked for
-- An act before a spike is a candidate for its cause, no more.
WITH behind AS (
    SELECT article_id, count(*) AS spike_count
    FROM (SELECT unnest(article_ids) AS article_id FROM marts.coverage_spikes WHERE published_date = $day)
    GROUP BY ALL
),
copied AS (
    SELECT syndicated_from AS article_id, count(*) AS copy_count FROM enriched.copies GROUP BY ALL
)
SELECT
    CASE WHEN behind.article_id IS NOT NULL THEN 'behind the spike' ELSE 'official act before' END AS role,
    coalesce(spike_count, 0) AS spike_count,
    published_at,
    published_date,
    publisher,
    country_code,
    language_code,
    genre,
    headline,
    topics,
    coalesce(copy_count, 0) AS copy_count,
    url,
    article_id
FROM marts.articles
LEFT JOIN behind USING (article_id)
LEFT JOIN copied USING (article_id)
WHERE published_date BETWEEN $day - $days_before AND $day
    AND (
        behind.article_id IS NOT NULL
        OR (
            relevance = 'strong' AND NOT is_copy
            AND genre IN ('official_statement', 'press_conference', 'readout', 'diet_speech')
            AND published_at <= (SELECT min(published_at) FROM marts.articles JOIN behind USING (article_id) WHERE published_date = $day) + INTERVAL 1 DAY
        )
    )
ORDER BY role, copy_count DESC, published_at, article_id
