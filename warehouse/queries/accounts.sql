-- Accounts of the archive: captures of each source, and how many have each fate; the two must be equal.
-- param since DATE = (SELECT max(captured_date) FROM raw.captures): first day of capture, UTC
-- param until DATE = (SELECT max(captured_date) FROM raw.captures): last day of capture, UTC
WITH captured AS (
    SELECT source_id, count(*) AS capture_count
    FROM raw.captures
    WHERE captured_date BETWEEN $since AND $until
    GROUP BY source_id
),
settled AS (
    SELECT source_id, fate, count(*) AS fate_count
    FROM ops.fates
    WHERE captured_date BETWEEN $since AND $until
    GROUP BY source_id, fate
)
SELECT source_id, coalesce(capture_count, 0) AS capture_count, fate, coalesce(fate_count, 0) AS fate_count
FROM captured
FULL JOIN settled USING (source_id)
ORDER BY source_id, fate
