-- Why coverage spiked, sentence by sentence, each with the ids of the rows that it rests on; in order they are a paragraph on each spike.
-- param day DATE = (SELECT max(published_date) FROM marts.coverage_spikes): day of the spikes
-- param spike_id VARCHAR = 'any': one spike, of whatever day; 'any' is all of the day
-- An official document before a spike is a candidate for its cause, no more. row_ids are keys of row_table.
SELECT
    reasons.published_date,
    spikes.topic_id,
    spikes.country_code,
    reasons.number,
    reasons.kind,
    reasons.sentence,
    reasons.value,
    reasons.row_table,
    reasons.row_ids,
    reasons.spike_id,
    reasons.method,
    reasons.method_version
FROM marts.spike_reasons AS reasons
JOIN marts.coverage_spikes AS spikes USING (spike_id)
WHERE CASE WHEN $spike_id = 'any' THEN reasons.published_date = $day ELSE reasons.spike_id = $spike_id END
ORDER BY spikes.q_value, reasons.spike_id, reasons.number
