-- Targets that tone was measured toward: the beat's countries, with the documents and mentions behind them; actors are in `actors`.
-- param since DATE = (SELECT max(published_date) - 119 FROM marts.tone_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.tone_daily): last day
SELECT
    target_id,
    count(DISTINCT article_id) AS article_count,
    sum(mention_count)::BIGINT AS mention_count,
    sum(scored_count)::BIGINT AS scored_count
FROM marts.target_tone
WHERE target_id <> 'document'
    AND target_id NOT IN (SELECT actor_id FROM ops.actors)
    AND published_date BETWEEN $since AND $until
GROUP BY ALL
ORDER BY target_id
