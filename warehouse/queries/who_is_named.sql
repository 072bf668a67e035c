-- Where documents on the beat name actors, newest first: a row per mention, with who is meant, by what that is known, and the offices held that day.
-- param since DATE = (SELECT max(published_date) - 27 FROM marts.articles): first day of publication
-- param until DATE = (SELECT max(published_date) FROM marts.articles): last day
-- param actor VARCHAR = 'any': actor_id, also of one of several candidates; 'any' is all, 'open' those of whom it is not known who is meant
SELECT
    mentions.published_date,
    mentions.source_id,
    mentions.field,
    mentions.start_offset,
    mentions.end_offset,
    mentions.surface,
    mentions.actor_id,
    mentions.office_ids,
    mentions.resolved_by,
    mentions.candidates,
    mentions.is_overridden,
    articles.headline,
    articles.url,
    mentions.article_id
FROM marts.mentions AS mentions
JOIN marts.articles AS articles USING (article_id)
WHERE mentions.published_date BETWEEN $since AND $until
    AND articles.relevance <> 'none'
    AND ($actor = 'any' OR ($actor = 'open' AND mentions.actor_id IS NULL) OR mentions.actor_id = $actor OR list_contains(mentions.candidates, $actor))
ORDER BY mentions.published_date DESC, mentions.article_id, mentions.field DESC, mentions.start_offset
