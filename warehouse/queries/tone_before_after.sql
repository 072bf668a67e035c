-- Tone of official documents on the beat before and after a date, per publisher's country and language.
-- param date DATE = (SELECT max(published_date) - 30 FROM marts.articles): first day of "after"
-- param days INTEGER = 30: days looked at on each side
-- param genres VARCHAR[] = ['official_statement', 'press_conference', 'readout', 'diet_speech']: genres looked at
-- Document tone by a dictionary, not tone toward a country. Read the difference within one language, against its
-- standard error; below 2 documents on a side there is none.
SELECT
    country_code,
    language_code,
    count(tone_score) FILTER (published_date < $date) AS before_count,
    avg(tone_score) FILTER (published_date < $date) AS before_mean,
    count(tone_score) FILTER (published_date >= $date) AS after_count,
    avg(tone_score) FILTER (published_date >= $date) AS after_mean,
    after_mean - before_mean AS difference,
    sqrt(var_samp(tone_score) FILTER (published_date < $date) / before_count
        + var_samp(tone_score) FILTER (published_date >= $date) / after_count) AS standard_error,
    count(*) - count(tone_score) AS unscored_count
FROM marts.articles
WHERE relevance = 'strong'
    AND NOT is_copy
    AND genre IN (SELECT unnest($genres))
    AND published_date >= $date - $days AND published_date < $date + $days
GROUP BY ALL
ORDER BY country_code, language_code
