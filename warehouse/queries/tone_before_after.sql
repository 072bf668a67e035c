-- Tone of documents on the beat before and after a date, per publisher's country, language and voice, with a permutation test.
-- param date DATE = (SELECT max(published_date) - 30 FROM marts.articles): first day of "after"
-- param days INTEGER = 30: days looked at on each side
-- param target VARCHAR = 'document': the whole text, a country of the beat's targets, or an actor (ops.actors)
-- param voice VARCHAR = 'any': author, quoted or reported words, each in rows of its own; 'any' is all of them
-- param genres VARCHAR[] = ['official_statement', 'press_conference', 'readout', 'diet_speech']: genres looked at
-- Read the difference within one language. p_value: how often 1,000 random divisions of the same documents (drawn by a hash, so the
-- same each time) differ as much or more, whichever way; null below 2 documents on a side. It is of one comparison: who looks at many
-- finds one in twenty below 0.05.
WITH scored AS (
    SELECT
        articles.country_code,
        articles.language_code,
        tone.voice,
        article_id,
        published_date >= $date AS is_after,
        tone.tone_score
    FROM marts.target_tone AS tone
    JOIN marts.articles AS articles USING (article_id, published_date)
    WHERE tone.target_id = $target
        AND $voice IN ('any', tone.voice)
        AND articles.relevance = 'strong'
        AND NOT articles.is_copy
        AND articles.genre IN (SELECT unnest($genres))
        AND published_date >= $date - $days AND published_date < $date + $days
),
observed AS (
    SELECT
        country_code,
        language_code,
        voice,
        count(tone_score) FILTER (NOT is_after) AS before_count,
        round(avg(tone_score) FILTER (NOT is_after), 9) AS before_mean,
        count(tone_score) FILTER (is_after) AS after_count,
        round(avg(tone_score) FILTER (is_after), 9) AS after_mean,
        after_mean - before_mean AS difference,
        round(sqrt(var_samp(tone_score) FILTER (NOT is_after) / before_count + var_samp(tone_score) FILTER (is_after) / after_count), 9) AS standard_error,
        count(*) - count(tone_score) AS unscored_count
    FROM scored
    GROUP BY ALL
),
drawn AS (
    -- as many as are after the date, those of the smallest hashes
    SELECT
        country_code,
        language_code,
        voice,
        draw,
        after_count,
        count(*) AS scored_count,
        sum(tone_score) AS total,
        list_sum(min_by(tone_score, hash(concat(article_id, ' ', draw)), after_count)) AS chosen
    FROM scored JOIN observed USING (country_code, language_code, voice), range(1000) AS draws(draw)
    WHERE tone_score IS NOT NULL AND before_count >= 2 AND after_count >= 2
    GROUP BY ALL
),
permuted AS (
    SELECT country_code, language_code, voice, chosen / after_count - (total - chosen) / (scored_count - after_count) AS difference
    FROM drawn
),
tested AS (
    -- 1e-8: means are rounded, since sums of the same numbers in another order differ in the last bits
    SELECT
        country_code,
        language_code,
        voice,
        (1 + count(*) FILTER (abs(permuted.difference) >= abs(observed.difference) - 1e-8)) / (1 + count(*)) AS p_value
    FROM permuted JOIN observed USING (country_code, language_code, voice)
    GROUP BY ALL
)
SELECT observed.*, tested.p_value
FROM observed
LEFT JOIN tested USING (country_code, language_code, voice)
ORDER BY country_code, language_code, voice
