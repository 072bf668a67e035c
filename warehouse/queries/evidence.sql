-- The evidence behind one number: each article counted, its archived record, passages, methods and versions.
-- param day DATE = (SELECT max(published_date) FROM marts.coverage_daily WHERE original_count > 0): day of the number
-- param country VARCHAR = 'any': publisher's country, 'any' is all
-- param topic VARCHAR = 'any': topic of the beat, 'any' is the whole beat
-- As many rows as sum(original_count) of marts.coverage_daily. The record lies in <data folder>/<warc_path> at
-- warc_offset, one gzip member; `nichiro extract` reads it.
WITH counted AS (
    FROM marts.articles
    WHERE published_date = $day
        AND relevance = 'strong'
        AND NOT is_copy
        AND $country IN ('any', country_code)
        AND ($topic = 'any' OR list_contains(topics, $topic))
),
-- each table cut to the counted captures before it is joined: a join alone reads it whole
captures AS (FROM raw.captures SEMI JOIN counted USING (capture_id)),
staged AS (FROM staging.articles SEMI JOIN counted USING (capture_id)),
relevance AS (FROM enriched.relevance SEMI JOIN counted USING (capture_id)),
tone AS (FROM enriched.tone SEMI JOIN counted USING (capture_id)),
terms AS (
    SELECT capture_id, list_sort(list_distinct(flatten(list(terms)))) AS terms
    FROM enriched.passages SEMI JOIN counted USING (capture_id)
    GROUP BY capture_id
)
SELECT
    articles.article_id,
    articles.publisher,
    articles.country_code,
    articles.headline,
    articles.url,
    relevance.passage_count,
    coalesce(terms, []) AS terms,
    articles.relevance_score,
    relevance.method AS relevance_method,
    relevance.method_version AS relevance_version,
    articles.tone_score,
    tone.method AS tone_method,
    tone.method_version AS tone_version,
    staged.published_text,
    staged.published_method,
    staged.method_version AS parser_version,
    articles.capture_id,
    captures.captured_at,
    captures.body_sha256,
    captures.warc_path,
    captures.warc_offset
FROM counted AS articles
LEFT JOIN captures USING (capture_id)
LEFT JOIN staged USING (capture_id)
LEFT JOIN relevance USING (capture_id)
LEFT JOIN tone USING (capture_id)
LEFT JOIN terms USING (capture_id)
ORDER BY articles.published_at, articles.article_id
