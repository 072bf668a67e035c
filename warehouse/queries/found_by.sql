-- Which paths found each document, and how late: hours from its publication to the first document of ours that named it.
-- param since DATE = (SELECT max(published_date) - 6 FROM marts.articles): first day of publication
-- param until DATE = (SELECT max(published_date) FROM marts.articles): last day of publication
-- A document of which the page gives only the day counts from that day's noon. One that no list named was given by hand.
WITH RECURSIVE documents AS (
    SELECT article_id, source_id, headline, published_at, published_precision
    FROM marts.articles
    WHERE published_date BETWEEN $since AND $until
),
-- Nothing of them was met before they were published: two days are the zones' and a wrong clock's.
addresses AS (
    SELECT DISTINCT article_id, source_id, url
    FROM staging.articles SEMI JOIN documents USING (article_id)
    WHERE captured_date >= $since - 2
),
redirects AS (
    SELECT DISTINCT source_id, url, redirect_url FROM raw.captures WHERE redirect_url IS NOT NULL AND captured_date >= $since - 2
),
links AS (
    SELECT source_id, url, via, capture_id, captured_at, basis
    FROM raw.discoveries
    WHERE captured_date >= $since - 2 AND decision IN ('fetched', 'known', 'duplicate', 'over_limit')
),
hops AS (
    FROM addresses
    UNION
    SELECT hops.article_id, hops.source_id, redirects.url
    FROM hops JOIN redirects ON redirects.source_id = hops.source_id AND redirects.redirect_url = hops.url
),
finds AS (
    SELECT article_id, links.via, documents_read.url AS document_url, links.captured_at AS found_at, links.basis
    FROM hops
    JOIN links USING (source_id, url)
    LEFT JOIN (FROM raw.captures WHERE captured_date >= $since - 2) AS documents_read ON documents_read.capture_id = links.capture_id
),
first_finds AS (
    SELECT
        article_id,
        arg_min(via, (found_at, via)) AS via,
        arg_min(document_url, (found_at, via)) AS document_url,
        arg_min(basis, (found_at, via)) AS basis,
        min(found_at) AS found_at,
        list_sort(list_distinct(list(via))) AS paths
    FROM finds
    GROUP BY article_id
)
SELECT
    source_id,
    article_id,
    via,
    document_url,
    basis,
    published_at,
    found_at,
    date_diff('minute', published_at, found_at) / 60 AS hours_late,
    published_precision,
    paths,
    headline
FROM documents
LEFT JOIN first_finds USING (article_id)
ORDER BY hours_late DESC NULLS FIRST, source_id, article_id
