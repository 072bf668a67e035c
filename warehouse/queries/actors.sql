-- Actors of the beat by documents that name them, the most first: a row per actor, with the offices held at the end of the days.
-- param since DATE = (SELECT max(published_date) - 27 FROM marts.articles): first day of publication
-- param until DATE = (SELECT max(published_date) FROM marts.articles): last day
-- param country VARCHAR = 'any': ISO 3166-1 alpha-2 country that the actor acts for; 'any' is all
WITH named AS (
    SELECT
        actor_id,
        sum(article_count) AS article_count,
        sum(original_count) AS original_count,
        sum(mention_count) AS mention_count,
        list(DISTINCT country_code ORDER BY country_code) AS publisher_countries
    FROM marts.actors_daily
    WHERE published_date BETWEEN $since AND $until
    GROUP BY actor_id
),
held AS (
    SELECT actor_id, list(title ORDER BY start_date, title) AS offices
    FROM ops.offices
    WHERE start_date <= $until AND (end_date IS NULL OR end_date > $until)
    GROUP BY actor_id
)
SELECT
    actors.actor_id,
    actors.name,
    actors.kind,
    actors.country_code,
    actors.wikidata_id,
    coalesce(held.offices, []) AS offices,
    coalesce(named.article_count, 0) AS article_count,
    coalesce(named.original_count, 0) AS original_count,
    coalesce(named.mention_count, 0) AS mention_count,
    coalesce(named.publisher_countries, []) AS publisher_countries
FROM ops.actors AS actors
LEFT JOIN named USING (actor_id)
LEFT JOIN held USING (actor_id)
WHERE $country IN ('any', actors.country_code)
ORDER BY named.article_count DESC NULLS LAST, actors.actor_id
