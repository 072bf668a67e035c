-- Who spoke in transcripts and press conferences, newest first: a row per speaker and document, with turns and characters.
-- param since DATE = (SELECT max(published_date) - 27 FROM marts.articles): first day of publication
-- param until DATE = (SELECT max(published_date) FROM marts.articles): last day
-- param speaker VARCHAR = '': part of a speaker's name, any case; empty is all
-- Speakers as printed: one person may stand there with an office and without. first_words are served where the terms serve whole texts.
SELECT
    turns.published_date,
    turns.source_id,
    turns.speaker,
    turns.role,
    count(*) AS turn_count,
    sum(turns.end_offset - turns.start_offset) AS character_count,
    arg_min(
        CASE WHEN length(articles.text) = articles.body_length
            THEN substr(articles.text, turns.start_offset + 1, least(turns.end_offset - turns.start_offset, 160)) END,
        turns.number
    ) AS first_words,
    any_value(articles.headline) AS headline,
    any_value(articles.url) AS url,
    turns.article_id
FROM marts.turns AS turns
JOIN marts.articles AS articles USING (article_id)
WHERE turns.published_date BETWEEN $since AND $until
    AND contains(lower(turns.speaker), lower($speaker))
GROUP BY turns.published_date, turns.source_id, turns.article_id, turns.speaker, turns.role
ORDER BY turns.published_date DESC, turns.article_id, min(turns.number), turns.role
