-- What the figures rest on: every method and version in this release, with the rows it made.
WITH made AS (
    SELECT 'parsing' AS subject, method, method_version FROM staging.articles
    UNION ALL SELECT 'relevance', method, method_version FROM enriched.relevance
    UNION ALL SELECT 'tone', method, method_version FROM enriched.tone
    UNION ALL SELECT 'copies', method, method_version FROM enriched.copies
    UNION ALL SELECT 'spikes', method, method_version FROM marts.coverage_spikes
)
SELECT subject, method, method_version, count(*) AS row_count
FROM made
GROUP BY ALL
ORDER BY list_position(['parsing', 'relevance', 'tone', 'copies', 'spikes'], subject), method, method_version
