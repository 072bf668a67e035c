-- One story, article by article in the order of publication, with what joins each to it; the id of a story that was merged finds the one that stayed.
-- param story_id VARCHAR = (SELECT arg_max(story_id, original_count) FROM marts.stories WHERE last_published_date >= (SELECT max(last_published_date) - 13 FROM marts.stories)): the story
WITH told AS (
    SELECT story_id, official_article_id, first_article_id
    FROM marts.stories
    WHERE story_id = $story_id OR list_contains(merged_story_ids, $story_id)
)
SELECT
    articles.published_at,
    articles.headline,
    articles.publisher,
    articles.country_code,
    articles.language_code,
    articles.genre,
    CASE
        WHEN article_id = told.first_article_id THEN 'first'
        WHEN article_id = told.official_article_id THEN 'official before the press'
        WHEN articles.is_copy THEN 'copy'
        ELSE 'report'
    END AS part,
    articles.relevance,
    documents.link_score,
    documents.follows,
    documents.first_captured_at,
    articles.url,
    article_id,
    told.story_id
FROM told
JOIN marts.story_documents AS documents USING (story_id)
JOIN marts.articles AS articles USING (article_id)
ORDER BY articles.published_at, article_id
