-- Spikes of coverage: observed, expected, p and q, and how many rows are behind each.
-- param since DATE = (SELECT max(published_date) - 119 FROM marts.coverage_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.coverage_daily): last day
SELECT
    published_date,
    topic_id,
    country_code,
    observed_count,
    expected_count,
    p_value,
    q_value,
    dispersion,
    baseline_days,
    len(article_ids) AS row_count,
    spike_id,
    method,
    method_version
FROM marts.coverage_spikes
WHERE published_date BETWEEN $since AND $until
ORDER BY published_date DESC, q_value, topic_id, country_code
