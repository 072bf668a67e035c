-- Events announced ahead, as known at a moment: two times each, when it happens and when that was published.
-- param known_on DATE = (SELECT max(published_date) FROM marts.articles): what we had fetched by the end of this day, UTC
-- param since DATE = (SELECT min(event_date) FROM marts.articles): first event day
SELECT
    event_date,
    published_at AS announced_at,
    first_captured_at,
    event_date - published_date AS days_ahead,
    publisher,
    country_code,
    headline,
    url,
    article_id
FROM marts.articles
WHERE event_date > published_date
    AND event_date >= $since
    AND first_captured_at < $known_on::TIMESTAMPTZ + INTERVAL 1 DAY
    AND NOT is_copy
ORDER BY event_date, announced_at, article_id
