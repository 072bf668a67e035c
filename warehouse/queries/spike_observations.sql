-- What we knew of spikes and changes of tone at an instant: of each alert what the last run before it saw.
-- param as_of TIMESTAMPTZ = now(): the instant
-- param since DATE = (SELECT max(published_date) - 119 FROM marts.coverage_daily): first day
-- The book is only added to: ask for a past instant and it answers as it would have then.
SELECT
    as_of,
    published_date,
    rule,
    state,
    reason,
    topic_id,
    country_code,
    language_code,
    genre,
    actor_id,
    target_id,
    period,
    level,
    sensitivity,
    observed_count,
    expected_count,
    p_value,
    q_value,
    len(article_ids) AS row_count,
    alert_id,
    run_id
FROM ops.alert_observations
WHERE as_of <= $as_of AND published_date >= $since
QUALIFY row_number() OVER (PARTITION BY alert_id ORDER BY as_of DESC, run_id DESC) = 1
ORDER BY published_date DESC, q_value, alert_id
