-- This release in one row: documents, days, captures, sources and the last run in it.
SELECT
    (SELECT count(*) FROM marts.articles) AS article_count,
    (SELECT count(*) FROM marts.articles WHERE relevance = 'strong') AS beat_count,
    (SELECT count(*) FROM marts.articles WHERE relevance = 'strong' AND is_copy) AS copy_count,
    (SELECT min(published_date) FROM marts.coverage_daily) AS first_date,
    (SELECT max(published_date) FROM marts.coverage_daily) AS last_date,
    (SELECT count(*) FROM raw.captures) AS capture_count,
    (SELECT max(captured_at) FROM raw.captures) AS last_captured_at,
    (SELECT count(*) FROM ops.sources WHERE status = 'active') AS source_count,
    (SELECT max(run_id) FROM ops.partitions) AS run_id
