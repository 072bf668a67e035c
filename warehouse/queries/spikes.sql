-- Spikes of coverage: observed, expected, p and q, and how many rows are behind each.
-- param since DATE = (SELECT max(published_date) - 119 FROM marts.coverage_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.coverage_daily): last day
-- param sensitivity VARCHAR = 'high': what alarms at that setting (low, medium or high)
SELECT
    published_date,
    topic_id,
    country_code,
    language_code,
    genre,
    actor_id,
    period,
    level,
    sensitivity,
    observed_count,
    expected_count,
    p_value,
    q_value,
    dispersion,
    baseline_days,
    duration_days,
    outlet_count,
    len(article_ids) AS row_count,
    spike_id,
    method,
    method_version
FROM marts.coverage_spikes
WHERE published_date BETWEEN $since AND $until
    AND list_position(['low', 'medium', 'high'], sensitivity) <= list_position(['low', 'medium', 'high'], $sensitivity)
ORDER BY published_date DESC, q_value, topic_id, country_code, language_code, genre, actor_id, period
