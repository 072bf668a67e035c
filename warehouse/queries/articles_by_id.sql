-- Some articles by their ids, the latest first: what stands behind a row that names them.
-- param article_ids VARCHAR[] = (SELECT list(article_id) FROM (SELECT article_id FROM marts.articles ORDER BY published_at DESC, article_id LIMIT 20)): the articles
SELECT
    published_at,
    headline,
    url,
    publisher,
    country_code,
    language_code,
    genre,
    article_id
FROM marts.articles
WHERE article_id IN (SELECT unnest($article_ids))
ORDER BY published_at DESC, article_id
