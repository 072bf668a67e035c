-- Tone of originals on the beat per week and language, toward a target or of the whole document, with the 90 % interval of the mean.
-- param since DATE = (SELECT max(published_date) - 119 FROM marts.tone_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.tone_daily): last day
-- param target VARCHAR = 'document': the whole text, a country of the beat's targets, or an actor (ops.actors)
-- param voice VARCHAR = 'any': author, quoted or reported words; 'any' is all of them
-- param country VARCHAR = 'any': publisher's country, 'any' is all
-- Compare weeks within a language, never levels across languages: `nichiro query tone_validation` says how far to trust them. The
-- interval is of the documents' spread and, where a model gave probabilities, of its own uncertainty about each.
WITH scored AS (
    -- a document once, whatever the voices that it names the target in
    SELECT
        article_id,
        published_date,
        any_value(articles.language_code) AS language_code,
        sum(tone.tone_score * tone.scored_count) / sum(tone.scored_count) FILTER (tone.tone_score IS NOT NULL) AS tone_score,
        sum(tone.tone_variance * tone.scored_count ** 2) / sum(tone.scored_count) FILTER (tone.tone_variance IS NOT NULL) ** 2 AS tone_variance
    FROM marts.target_tone AS tone
    JOIN marts.articles AS articles USING (article_id, published_date)
    WHERE tone.target_id = $target
        AND $voice IN ('any', tone.voice)
        AND $country IN ('any', articles.country_code)
        AND articles.relevance = 'strong' AND NOT articles.is_copy
        AND published_date BETWEEN $since AND $until
    GROUP BY ALL
),
weekly AS (
    SELECT
        date_trunc('week', published_date)::DATE AS week_date,
        language_code,
        count(*) AS article_count,
        count(tone_score) AS scored_count,
        avg(tone_score) AS tone_mean,
        stddev_samp(tone_score) / sqrt(count(tone_score)) AS standard_error,
        coalesce(sum(tone_variance), 0) / nullif(count(tone_score), 0) ** 2 AS model_variance
    FROM scored
    GROUP BY ALL
),
quantiles AS (
    -- Student's t, 95 % quantile, for 1 to 30 degrees of freedom; 1.645 beyond
    SELECT [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812,
            1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725,
            1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697] AS t
),
reached AS (
    -- of one document there is no spread: the model's own uncertainty is left, and by dictionary nothing
    SELECT
        *,
        CASE
            WHEN standard_error IS NOT NULL OR model_variance > 0
                THEN sqrt(coalesce(coalesce(t[scored_count - 1], 1.645) * standard_error, 0) ** 2 + 1.645 ** 2 * model_variance)
        END AS reach
    FROM weekly, quantiles
)
SELECT
    week_date,
    language_code,
    article_count,
    scored_count,
    -- rounded: sums of the same numbers in another order differ in the last bits
    round(tone_mean, 9) AS tone_mean,
    if(reach IS NULL, NULL, round(greatest(-1, tone_mean - reach), 9)) AS tone_low,   -- greatest() leaves nulls out
    if(reach IS NULL, NULL, round(least(1, tone_mean + reach), 9)) AS tone_high
FROM reached
ORDER BY week_date DESC, language_code
