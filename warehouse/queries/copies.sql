-- Wire copies: which publisher reprinted which article, how much later and how much of it.
-- param since DATE = (SELECT max(published_date) - 29 FROM enriched.copies): first day
-- param until DATE = (SELECT max(published_date) FROM enriched.copies): last day
SELECT
    articles.published_date,
    articles.publisher,
    articles.headline,
    articles.url,
    originals.publisher AS copied_from,
    originals.headline AS original_headline,
    originals.url AS original_url,
    date_diff('minute', originals.published_at, articles.published_at) / 60 AS hours_later,
    containment,
    resemblance,
    articles.relevance,
    article_id,
    copies.syndicated_from
FROM enriched.copies AS copies
JOIN marts.articles AS articles USING (article_id)
LEFT JOIN marts.articles AS originals ON originals.article_id = copies.syndicated_from
WHERE copies.published_date BETWEEN $since AND $until
ORDER BY articles.published_at DESC, article_id
