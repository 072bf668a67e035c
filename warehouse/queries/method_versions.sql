-- What the figures rest on: every method and version in this release, with the rows it made.
WITH made AS (
    SELECT 1 AS step, 'parsing' AS subject, method, method_version FROM staging.articles
    UNION ALL SELECT 2, 'relevance', method, method_version FROM enriched.relevance
    UNION ALL SELECT 3, 'tone', method, method_version FROM enriched.tone
    UNION ALL SELECT 3, 'tone toward targets', method, method_version FROM enriched.target_tone WHERE is_active
    UNION ALL SELECT 3, 'tone of documents', method, method_version FROM enriched.document_tone WHERE is_active
    UNION ALL SELECT 4, 'copies', method, method_version FROM enriched.copies
    UNION ALL SELECT 5, 'spikes', method, method_version FROM marts.coverage_spikes
)
SELECT subject, method, method_version, count(*) AS row_count
FROM made
GROUP BY step, subject, method, method_version
ORDER BY step, method, method_version
