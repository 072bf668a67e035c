-- Document tone of originals on the beat per week and language, with the 90 % interval of the mean.
-- param since DATE = (SELECT max(published_date) - 119 FROM marts.tone_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.tone_daily): last day
-- A dictionary baseline: compare weeks within a language, never levels across languages.
WITH scored AS (
    SELECT
        date_trunc('week', published_date)::DATE AS week_date,
        language_code,
        count(*) AS article_count,
        count(tone_score) AS scored_count,
        avg(tone_score) AS tone_mean,
        stddev_samp(tone_score) / sqrt(count(tone_score)) AS standard_error
    FROM marts.articles
    WHERE relevance = 'strong' AND NOT is_copy AND published_date BETWEEN $since AND $until
    GROUP BY ALL
),
quantiles AS (
    -- Student's t, 95 % quantile, for 1 to 30 degrees of freedom; 1.645 beyond
    SELECT [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812,
            1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725,
            1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697] AS t
)
SELECT
    week_date,
    language_code,
    article_count,
    scored_count,
    tone_mean,
    greatest(-1, tone_mean - coalesce(t[scored_count - 1], 1.645) * standard_error) AS tone_low,
    least(1, tone_mean + coalesce(t[scored_count - 1], 1.645) * standard_error) AS tone_high
FROM scored, quantiles
ORDER BY week_date DESC, language_code
