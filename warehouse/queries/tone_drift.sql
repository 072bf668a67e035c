-- Two versions of a tone model over the same mentions and documents, before one is switched to: how often they agree, and how far the mean moves.
-- param since DATE = '1900-01-01': first captured day
-- Per language and target, 'document' for whole texts, and 'any' for all targets. `new` is the candidate (NICHIRO_TONE_CANDIDATE), `old` what the marts use. A figure moved
-- by the model is no change of the press: before a switch read mean_shift beside the differences that you reported.
WITH toned AS (
    SELECT capture_id, captured_date, field, start_offset, coalesce(target_id, '') AS target_id, is_active, method_version, label, positive - negative AS score
    FROM enriched.target_tone
    UNION ALL
    SELECT capture_id, captured_date, 'whole', 0, 'document', is_active, method_version, label, positive - negative
    FROM enriched.document_tone
),
pairs AS (
    SELECT
        staged.language_code,
        old.target_id,
        old.method_version AS old_version,
        new.method_version AS new_version,
        old.label = new.label AS agrees,
        old.score AS old_score,
        new.score AS new_score
    FROM toned AS old
    JOIN toned AS new USING (capture_id, field, start_offset)
    JOIN staging.articles AS staged USING (capture_id)
    WHERE old.is_active AND NOT new.is_active
        AND old.label IS NOT NULL AND new.label IS NOT NULL
        AND old.captured_date >= $since AND new.captured_date >= $since
        AND old.target_id <> ''
),
named AS (
    FROM pairs
    UNION ALL
    SELECT * REPLACE ('any' AS target_id) FROM pairs WHERE target_id <> 'document'
)
SELECT
    language_code,
    target_id,
    old_version,
    new_version,
    count(*) AS mention_count,
    avg(agrees::INTEGER) AS agreement_share,
    round(avg(old_score), 9) AS old_mean,
    round(avg(new_score), 9) AS new_mean,
    new_mean - old_mean AS mean_shift,
    round(1.645 * stddev_samp(new_score - old_score) / sqrt(count(*)), 9) AS shift_reach
FROM named
GROUP BY language_code, target_id, old_version, new_version
ORDER BY language_code, mention_count DESC, target_id
