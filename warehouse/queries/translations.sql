-- Documents that a publisher gave in several languages, one row each: which came first, how much later the others.
-- param since DATE = (SELECT max(published_date) - 27 FROM marts.articles): first day of publication of one of them
-- param until DATE = (SELECT max(published_date) FROM marts.articles): last day of publication of one of them
WITH near AS (SELECT DISTINCT pair_id FROM marts.articles WHERE published_date BETWEEN $since AND $until AND pair_id IS NOT NULL)
SELECT
    pair_id,
    arg_min(publisher, (published_at, article_id)) AS publisher,
    list_sort(list_distinct(list(language_code))) AS languages,
    arg_min(language_code, (published_at, article_id)) AS first_language,
    min(published_at) AS first_published_at,
    date_diff('minute', min(published_at), max(published_at)) / 60 AS hours_apart,
    list(article_id ORDER BY published_at, article_id) AS article_ids,
    list(url ORDER BY published_at, article_id) AS urls
FROM marts.articles
SEMI JOIN near USING (pair_id)
GROUP BY pair_id
HAVING count(DISTINCT language_code) > 1
ORDER BY first_published_at DESC, pair_id
