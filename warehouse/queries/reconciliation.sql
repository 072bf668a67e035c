-- Items counted in feeds, sitemaps and listings against the log and what is stored, per source, day and path: nothing lost.
-- param since DATE = (SELECT max(captured_date) FROM raw.discoveries): first day of the crawl, UTC
-- param until DATE = (SELECT max(captured_date) FROM raw.discoveries): last day of the crawl, UTC
-- item_count = row_count = the sum of the decisions; stored, held_back and missing divide the distinct pages among them
-- that were to be read: an article is stored of it, it is quarantined, or there is neither.
WITH RECURSIVE links AS (
    SELECT source_id, captured_date, via, capture_id, url, item_count, decision
    FROM raw.discoveries
    WHERE captured_date BETWEEN $since AND $until
),
counted AS (
    SELECT source_id, captured_date, via, sum(item_count) AS item_count, count(*) AS document_count
    FROM (SELECT source_id, captured_date, via, capture_id, any_value(item_count) AS item_count FROM links GROUP BY ALL)
    GROUP BY ALL
),
pages AS (SELECT DISTINCT source_id, url FROM links WHERE decision IN ('fetched', 'known', 'duplicate')),
redirects AS (SELECT DISTINCT source_id, url, redirect_url FROM raw.captures WHERE redirect_url IS NOT NULL),
hops AS (
    SELECT source_id, url AS found_url, url FROM pages
    UNION
    SELECT source_id, found_url, redirect_url FROM hops JOIN redirects USING (source_id, url)
),
stored AS (SELECT DISTINCT source_id, found_url FROM hops SEMI JOIN staging.articles USING (source_id, url)),
held_back AS (SELECT DISTINCT source_id, found_url FROM hops SEMI JOIN staging.quarantine USING (source_id, url)),
judged AS (
    SELECT
        links.* EXCLUDE (item_count),
        CASE
            WHEN pages.url IS NULL THEN NULL
            WHEN stored.found_url IS NOT NULL THEN 'stored'
            WHEN held_back.found_url IS NOT NULL THEN 'held_back'
            ELSE 'missing'
        END AS fate
    FROM links
    LEFT JOIN pages USING (source_id, url)
    LEFT JOIN stored ON stored.source_id = links.source_id AND stored.found_url = links.url
    LEFT JOIN held_back ON held_back.source_id = links.source_id AND held_back.found_url = links.url
)
SELECT
    source_id,
    captured_date,
    via,
    document_count,
    item_count,
    count(*) AS row_count,
    count(*) FILTER (decision = 'fetched') AS fetched,
    count(*) FILTER (decision = 'known') AS known,
    count(*) FILTER (decision = 'duplicate') AS duplicate,
    count(*) FILTER (decision = 'off_pattern') AS off_pattern,
    count(*) FILTER (decision = 'outside_range') AS outside_range,
    count(*) FILTER (decision = 'over_limit') AS over_limit,
    count(*) FILTER (decision = 'feed_only') AS feed_only,
    count(*) FILTER (decision = 'tombstone') AS tombstone,
    count(*) FILTER (decision = 'no_link') AS no_link,
    count(DISTINCT url) FILTER (fate IS NOT NULL) AS page_count,
    count(DISTINCT url) FILTER (fate = 'stored') AS stored,
    count(DISTINCT url) FILTER (fate = 'held_back') AS held_back,
    count(DISTINCT url) FILTER (fate = 'missing') AS missing
FROM judged
JOIN counted USING (source_id, captured_date, via)
GROUP BY ALL
ORDER BY source_id, captured_date, via
