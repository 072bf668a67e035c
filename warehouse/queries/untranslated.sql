-- Documents that are still in one language only, of publishers that are read in several, longer than hours after publication.
-- param since DATE = (SELECT max(published_date) - 27 FROM marts.articles): first day of publication
-- param until DATE = (SELECT max(published_date) FROM marts.articles): last day of publication
-- param hours INTEGER = 72: hours that a translation may take
-- Versions that were found by their likeness count too. named: the page names another version, or its number is common to all, and we have none of it; unnamed: it names none.
WITH latest AS (SELECT max(started_at) AS looked_at FROM raw.crawls),
several AS (
    SELECT publisher
    FROM (SELECT publisher, unnest(languages) AS language_code FROM ops.sources WHERE status = 'active')
    GROUP BY publisher
    HAVING count(DISTINCT language_code) > 1
),
paired AS (SELECT pair_id FROM marts.articles WHERE pair_id IS NOT NULL GROUP BY pair_id HAVING count(DISTINCT language_code) > 1),
alike AS (SELECT article_id FROM enriched.translations UNION SELECT translation_of FROM enriched.translations)
SELECT
    source_id,
    publisher,
    article_id,
    language_code,
    published_at,
    date_diff('minute', published_at, looked_at) / 60 AS hours_alone,
    CASE WHEN pair_id IS NULL THEN 'unnamed' ELSE 'named' END AS counterpart,
    url,
    headline
FROM marts.articles
SEMI JOIN several USING (publisher)
ANTI JOIN paired USING (pair_id)
ANTI JOIN alike USING (article_id)
CROSS JOIN latest
WHERE published_date BETWEEN $since AND $until AND published_at < looked_at - to_hours($hours)
ORDER BY published_at DESC, article_id
