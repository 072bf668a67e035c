-- How useful the alerts of the last 90 days were, and what each sensitivity would have sent.
-- param until DATE = (SELECT max(published_date) FROM marts.coverage_daily): last day
-- param days INTEGER = 90: published days up to it
-- An alert counts for a setting when it alarms at it, whatever the rules of alerts.yml then asked for; sent counts alerts that
-- reached somebody, and the share is of those that a person judged.
WITH last_seen AS (
    SELECT
        alert_id,
        rule,
        sensitivity,
        state != 'historical' AS is_in_time,
        reason IS NOT DISTINCT FROM 'withdrawn' AS is_withdrawn
    FROM ops.alert_observations
    WHERE published_date BETWEEN $until - $days + 1 AND $until
    QUALIFY row_number() OVER (PARTITION BY alert_id ORDER BY as_of DESC, run_id DESC) = 1
),
told AS (
    SELECT DISTINCT alert_id
    FROM ops.alert_observations
    JOIN (SELECT unnest(subject_ids) AS observation_id FROM ops.deliveries WHERE outcome = 'sent' AND kind IN ('news', 'tone')) USING (observation_id)
),
said AS (
    SELECT alert_id, arg_max(decision, decided_at) AS decision
    FROM ops.decisions
    WHERE alert_id IS NOT NULL AND decision IN ('useful', 'not_useful')
    GROUP BY alert_id
)
SELECT
    settings.sensitivity,
    count(*) FILTER (is_in_time) AS alert_count,
    count(*) FILTER (is_in_time AND told.alert_id IS NOT NULL) AS sent_count,
    count(*) FILTER (is_in_time AND is_withdrawn) AS withdrawn_count,
    count(*) FILTER (decision = 'useful') AS useful_count,
    count(*) FILTER (decision = 'not_useful') AS not_useful_count,
    count(*) FILTER (decision = 'useful') / nullif(count(decision), 0) AS useful_share
FROM (SELECT unnest(['low', 'medium', 'high']) AS sensitivity, unnest([1, 2, 3]) AS rank) AS settings
LEFT JOIN last_seen ON list_position(['low', 'medium', 'high'], last_seen.sensitivity) <= settings.rank
LEFT JOIN told USING (alert_id)
LEFT JOIN said USING (alert_id)
GROUP BY settings.sensitivity, settings.rank
ORDER BY settings.rank
