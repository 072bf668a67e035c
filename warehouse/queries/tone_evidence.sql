-- The mentions behind a tone figure: each place that names the target, in whose voice, with its probabilities and its archived record.
-- param day DATE = (SELECT max(published_date) FROM marts.tone_daily WHERE target_id <> 'document'): day of the figure
-- param target VARCHAR = 'JP': a country of the beat's targets, or an actor (ops.actors)
-- param voice VARCHAR = 'any': author, quoted or reported words; 'any' is all of them
-- param country VARCHAR = 'any': publisher's country, 'any' is all
-- The sentence is shown where the terms let its text be served; the record lies in the archive otherwise (`nichiro extract`). As many
-- rows as sum(mention_count) of marts.tone_daily.
WITH counted AS (
    SELECT article_id, capture_id, publisher, country_code, language_code, genre, headline, url, text, body_length
    FROM marts.articles
    WHERE published_date = $day AND relevance = 'strong' AND NOT is_copy AND $country IN ('any', country_code)
),
said AS (
    FROM marts.mentions SEMI JOIN counted USING (article_id)
    WHERE is_overridden
),
found AS (
    SELECT tone.* REPLACE (if(said.article_id IS NULL, tone.target_id, said.actor_id) AS target_id)
    FROM enriched.target_tone AS tone
    LEFT JOIN said ON said.capture_id = tone.capture_id AND said.field = tone.field AND said.start_offset = tone.start_offset
    WHERE tone.is_active AND tone.capture_id IN (SELECT capture_id FROM counted)
)
SELECT
    article_id,
    counted.publisher,
    counted.country_code,
    counted.language_code,
    counted.genre,
    found.target_id,
    found.voice,
    found.speaker,
    found.speaker_actor_id,
    found.label,
    found.negative,
    found.neutral,
    found.positive,
    found.unscored_reason,
    found.surface,
    CASE
        WHEN found.field = 'headline' THEN counted.headline
        WHEN length(counted.text) >= least(found.sentence_end + 1, counted.body_length)
            THEN substring(counted.text, found.sentence_start + 1, found.sentence_end - found.sentence_start)
    END AS sentence,
    found.field,
    found.start_offset,
    found.end_offset,
    counted.url,
    captures.warc_path,
    captures.warc_offset,
    capture_id,
    found.method,
    found.method_version
FROM found
JOIN counted USING (capture_id)
LEFT JOIN raw.captures AS captures USING (capture_id)
WHERE found.target_id = $target AND $voice IN ('any', found.voice)
ORDER BY counted.country_code, article_id, found.field DESC, found.start_offset
