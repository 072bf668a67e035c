-- How far each tone method was validated, per language: to be read beside every tone figure.
WITH used AS (
    SELECT
        if(target_id = 'document', 'document_tone', 'target_tone') AS task,
        language_code,
        method,
        method_version,
        any_value(validation) AS validation,
        sum(article_count)::BIGINT AS article_count,
        sum(scored_count)::BIGINT AS scored_count
    FROM marts.tone_daily
    WHERE target_id = 'document' OR target_id NOT IN (SELECT actor_id FROM ops.actors)
    GROUP BY ALL
)
SELECT
    language_code,
    task,
    validation,
    dataset,
    metric,
    value,
    low,
    high,
    example_count,
    note,
    method,
    method_version,
    article_count,
    scored_count
FROM used
LEFT JOIN ops.tone_validation USING (task, method_version, language_code)
ORDER BY language_code, task, method_version
