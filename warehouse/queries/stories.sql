-- Stories of several articles, the widest told first: who moved first, who told them, and which official document came before.
-- param since DATE = (SELECT max(last_published_date) - 13 FROM marts.stories): first day on which a story was still told
-- param until DATE = (SELECT max(last_published_date) FROM marts.stories): last day on which one began
-- param language VARCHAR = 'any': language in which it must have been told, 'any' is all
-- param fewest BIGINT = 2: originals that a story must have
SELECT
    stories.published_date,
    stories.last_published_date,
    stories.headline,
    firsts.publisher AS first_publisher,
    stories.first_published_at,
    stories.original_count,
    stories.article_count,
    len(stories.source_ids) AS source_count,
    stories.country_codes,
    stories.language_codes,
    officials.headline AS official_headline,
    date_diff('minute', officials.published_at, presses.published_at) / 60 AS official_hours_before,
    stories.story_id
FROM marts.stories AS stories
LEFT JOIN marts.articles AS firsts ON firsts.article_id = stories.first_article_id
LEFT JOIN marts.articles AS officials ON officials.article_id = stories.official_article_id
LEFT JOIN marts.articles AS presses ON presses.article_id = stories.press_article_id
WHERE stories.last_published_date >= $since
    AND stories.published_date <= $until
    AND stories.original_count >= $fewest
    AND ($language = 'any' OR list_contains(stories.language_codes, $language))
ORDER BY len(stories.source_ids) DESC, stories.original_count DESC, stories.published_date DESC, stories.story_id
