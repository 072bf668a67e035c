-- Who wrote on the beat, and as what: a row per author, role and source, the most articles first.
-- param since DATE = (SELECT max(published_date) - 27 FROM marts.articles): first day of publication
-- param until DATE = (SELECT max(published_date) FROM marts.articles): last day
-- param role VARCHAR = 'any': columnist, staff, official, wire, academic or contributor; 'any' is all
SELECT
    authors.name,
    authors.family_name,
    authors.given_name,
    authors.role,
    authors.source_id,
    count(*) AS article_count,
    list(DISTINCT articles.genre ORDER BY articles.genre) AS genres,
    max(authors.published_date) AS last_date,
    list(authors.article_id ORDER BY authors.published_date, authors.article_id) AS article_ids
FROM marts.authors AS authors
JOIN marts.articles AS articles USING (article_id)
WHERE authors.published_date BETWEEN $since AND $until
    AND articles.relevance = 'strong'
    AND $role IN ('any', authors.role)
GROUP BY authors.name, authors.family_name, authors.given_name, authors.role, authors.source_id
ORDER BY article_count DESC, authors.name, authors.source_id, authors.role
