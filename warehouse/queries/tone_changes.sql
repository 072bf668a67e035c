-- Days on which the tone of a series first differed from that of the eight weeks before, newest first.
-- param since DATE = (SELECT max(published_date) - 119 FROM marts.tone_daily): first day
-- param until DATE = (SELECT max(published_date) FROM marts.tone_daily): last day
-- q_value: the share of false ones among the changes that are told. A change of tone is no reason yet: `tone_evidence` shows what was said.
SELECT
    published_date,
    target_id,
    country_code,
    language_code,
    voice,
    before_mean,
    after_mean,
    after_mean - before_mean AS difference,
    difference_low,
    difference_high,
    before_count,
    after_count,
    q_value,
    article_ids,
    method_version
FROM marts.tone_changes
WHERE published_date BETWEEN $since AND $until
ORDER BY published_date DESC, q_value, target_id, country_code, language_code, voice
