-- Articles on the beat per month and publisher's country: with copies, copies, originals, and share of attention.
-- param topic VARCHAR = 'any': topic of the beat, 'any' is the whole beat
SELECT
    date_trunc('month', published_date)::DATE AS month_date,
    country_code,
    sum(article_count)::BIGINT AS article_count,
    sum(copy_count)::BIGINT AS copy_count,
    sum(original_count)::BIGINT AS original_count,
    sum(passage_count)::BIGINT AS passage_count,
    sum(attention_count) / nullif(sum(total_count), 0) AS attention_share,
    count(DISTINCT published_date) AS day_count
FROM marts.coverage_daily
WHERE topic_id = $topic
GROUP BY ALL
ORDER BY month_date DESC, country_code
