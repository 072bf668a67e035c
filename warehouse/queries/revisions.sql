-- What publishers changed in documents they had published, newest first: a row per passage, with the words taken out and put in.
-- param since DATE = (SELECT max(captured_date) - 29 FROM ops.fates): first day on which the edit was seen, UTC
-- param until DATE = (SELECT max(captured_date) FROM ops.fates): last day
-- param source VARCHAR = 'any': source, 'any' is all
-- param repeated BOOLEAN = false: with changes that three or more documents of a source share, which is its furniture
-- Words are null where terms or retention keep no whole text. The edit was made between `unchanged_at` and `seen_at`.
WITH edited AS (
    SELECT capture_id, article_id, source_id
    FROM ops.fates
    WHERE fate = 'revision'
        AND captured_date BETWEEN $since AND $until
        AND $source IN ('any', source_id)
),
changes AS (FROM marts.revisions SEMI JOIN edited USING (capture_id)),
shared AS (
    SELECT source_id, part, removed, added
    FROM changes
    GROUP BY ALL
    HAVING count(DISTINCT article_id) >= 3 AND coalesce(removed, added) IS NOT NULL
)
SELECT
    edited.source_id,
    staged.captured_at AS seen_at,
    changes.previous_at AS unchanged_at,
    staged.headline,
    changes.part,
    changes.context,
    changes.removed,
    changes.added,
    changes.removed_count,
    changes.added_count,
    staged.published_date,
    staged.url,
    edited.article_id
FROM edited
JOIN staging.articles AS staged USING (capture_id)
LEFT JOIN changes USING (capture_id)
WHERE $repeated OR NOT EXISTS (
    FROM shared
    WHERE shared.source_id = changes.source_id
        AND shared.part = changes.part
        AND shared.removed IS NOT DISTINCT FROM changes.removed
        AND shared.added IS NOT DISTINCT FROM changes.added
)
ORDER BY seen_at DESC, edited.article_id, changes.number
