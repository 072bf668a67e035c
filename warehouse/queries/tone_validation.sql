-- How far the tone method was validated, per language: to be read beside every tone figure.
SELECT
    language_code,
    validation,
    method,
    method_version,
    sum(article_count)::BIGINT AS article_count,
    sum(scored_count)::BIGINT AS scored_count
FROM marts.tone_daily
WHERE topic_id = 'any'
GROUP BY ALL
HAVING sum(article_count) > 0
ORDER BY language_code, method_version
