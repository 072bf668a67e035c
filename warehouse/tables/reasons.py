"""Why coverage spiked, as rows: each sentence with the rows that it rests on."""

from __future__ import annotations

import polars as pl

from warehouse.columns import METHOD, METHOD_VERSION, PUBLISHED_DATE
from warehouse.contract import Column, Table

KINDS = ("count", "storm", "story", "first_mover", "act", "sources", "terms", "actors")

SPIKE_REASONS = Table(
    zone="marts",
    noun="spike_reasons",
    grain="One row per spike and sentence on it: what it is, and what may be behind it. In order of number they are a paragraph.",
    columns=(
        Column("spike_id", pl.String, "spike of marts.coverage_spikes"),
        Column("number", pl.Int64, "place in the paragraph, from 1", minimum=1),
        PUBLISHED_DATE,
        Column("kind", pl.String, "what the sentence tells", values=KINDS),
        Column("sentence", pl.String, "the sentence, in English; headlines and names in it as served: escape it where it is shown"),
        Column("row_table", pl.String, "table in which the rows stand on which the sentence rests",
               values=("marts.articles", "marts.coverage_spikes", "marts.mentions", "marts.story_documents")),
        Column("row_ids", pl.List(pl.String), "their ids, sorted: spike_id in marts.coverage_spikes, else article_id"),
        Column("value", pl.Float64, "its figure: originals, outlets, share of the originals that tell the story, hours before the next or before the first original, sources, z-score of what grew most; null where no hour is known", nullable=True),
        METHOD,
        METHOD_VERSION,
    ),
    primary_key=("spike_id", "number"),
    partition="published_date",
    window_days=37,   # a week, the lag of three days, four weeks with which it is compared; stories that began earlier are read by their ids
)
