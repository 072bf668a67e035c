"""The report's charts as Vega-Lite specifications. Colours are the page's CSS variables, so that they follow its theme."""

from __future__ import annotations

import altair as alt
import polars as pl

INK, ORIGINAL, COPY, SPIKE, BAND = "var(--ink)", "var(--original)", "var(--copy)", "var(--spike)", "var(--band)"
BASES = ("observed", "backfilled", "mixed", "partial")
SHAPES = ("circle", "circle", "diamond", "cross")

Spec = dict[str, object]


def coverage(days: pl.DataFrame, spikes: pl.DataFrame, top: int, title: str) -> Spec:
    """Bars of originals and copies a day, spikes marked above them.

    ``days`` are rows of the query coverage_by_day of one country, ``spikes`` rows of spikes of the same, ``top`` the
    highest count of the page, so that its charts share one scale.
    """
    bars = days.select(
        pl.col("published_date").dt.to_string().alias("day"),
        "is_so_far",
        pl.col("original_count").alias("original"),
        pl.col("copy_count").alias("copy"),
    ).unpivot(("original", "copy"), index=("day", "is_so_far"), variable_name="kind", value_name="articles")
    # spikes a day or two apart are one run, which gets one figure: that of its height
    run = (pl.col("published_date").diff().dt.total_days() > 3).fill_null(False).cum_sum()
    height = pl.col("observed_count").rank("ordinal", descending=True).over("run")
    peaks = spikes.join(days, on="published_date").sort("published_date").with_columns(run.alias("run"))
    marks = peaks.select(
        pl.col("published_date").dt.to_string().alias("day"),
        pl.col("article_count").alias("top"),
        "observed_count",
        pl.col("expected_count").round(1),
        "p_value",
        pl.when(height == 1).then("observed_count").alias("label"),
    )
    x = alt.X("utcyearmonthdate(day):T", title=None, axis=_days_axis())
    scale = alt.Scale(domain=[0, max(top * 1.15, 4)])
    y = alt.Y("articles:Q", title="articles on the beat", scale=scale, axis=_counts_axis())
    base = alt.Chart(_values(bars)).mark_bar(binSpacing=0.5).encode(
        x=x,
        y=y,
        color=alt.Color("kind:N", scale=alt.Scale(domain=["original", "copy"], range=[ORIGINAL, COPY]), legend=None),
        order=alt.Order("kind:N", sort="descending"),
        opacity=alt.condition("datum.is_so_far", alt.value(0.45), alt.value(1)),
        tooltip=[alt.Tooltip("utcyearmonthdate(day):T", title="day", format="%-d %B %Y"), "kind:N", "articles:Q"],
    )
    spots = alt.Chart(_values(marks)).encode(
        x=x,
        y=alt.Y("top:Q", scale=scale),
        tooltip=[
            alt.Tooltip("utcyearmonthdate(day):T", title="spike on", format="%-d %B %Y"),
            alt.Tooltip("observed_count:Q", title="observed"),
            alt.Tooltip("expected_count:Q", title="expected"),
            alt.Tooltip("p_value:Q", title="p", format=".1e"),
        ],
    )
    triangles = spots.mark_point(shape="triangle-down", filled=True, size=70, color=SPIKE, opacity=1, yOffset=-7)
    labels = spots.transform_filter("isValid(datum.label)").mark_text(dy=-18, color=SPIKE, fontWeight="bold", fontSize=11).encode(text="label:Q")
    layers = [base, triangles, labels] if marks.height else [base]
    return _finish(alt.layer(*layers), 170, title)


def attention(days: pl.DataFrame, top: float, title: str) -> Spec:
    """The seven-day share as a line, each day's share as a point whose shape says what it rests on."""
    points = days.filter(pl.col("share_basis") != "unknown").select(
        pl.col("published_date").dt.to_string().alias("day"),
        pl.col("attention_share").alias("share"),
        pl.col("share_basis").alias("basis"),
    )
    line = days.select(
        pl.col("published_date").dt.to_string().alias("day"), pl.col("attention_share_7_days").alias("share")
    )
    x = alt.X("utcyearmonthdate(day):T", title=None, axis=_days_axis())
    scale = alt.Scale(domain=[0, top or 1], clamp=True)
    y = alt.Y("share:Q", title="share of attention", scale=scale, axis=alt.Axis(format="~%", tickCount=4))
    strokes = alt.Scale(domain=list(BASES), range=[ORIGINAL, ORIGINAL, ORIGINAL, SPIKE])
    fills = alt.Scale(domain=list(BASES), range=[ORIGINAL, "transparent", "transparent", SPIKE])
    dots = alt.Chart(_values(points)).mark_point(strokeWidth=1, opacity=0.85).encode(
        x=x,
        y=y,
        shape=alt.Shape("basis:N", scale=alt.Scale(domain=list(BASES), range=list(SHAPES)), legend=None),
        stroke=alt.Stroke("basis:N", scale=strokes, legend=None),
        fill=alt.Fill("basis:N", scale=fills, legend=None),
        size=alt.condition("datum.basis === 'partial'", alt.value(42), alt.value(20)),   # a small cross looks like a dot
        tooltip=[
            alt.Tooltip("utcyearmonthdate(day):T", title="day", format="%-d %B %Y"),
            alt.Tooltip("share:Q", format=".1%"),
            alt.Tooltip("basis:N", title="rests on"),
        ],
    )
    week = alt.Chart(_values(line)).mark_line(color=INK, strokeWidth=1.6).encode(x=x, y=y)
    return _finish(alt.layer(dots, week), 170, title)


def tone(weeks: pl.DataFrame, title: str) -> Spec:
    """Weekly mean document tone of one language with the 90 % interval of the mean."""
    values = weeks.filter(pl.col("tone_mean").is_not_null()).select(
        pl.col("week_date").dt.to_string().alias("week"),
        pl.col("tone_mean").alias("mean"),
        pl.col("tone_low").alias("low"),
        pl.col("tone_high").alias("high"),
        pl.col("scored_count").alias("n"),
    )
    x = alt.X("week:T", title=None, axis=_days_axis(), scale=alt.Scale(type="utc"))
    scale = alt.Scale(domain=[-1, 1])
    base = alt.Chart(_values(values)).encode(
        x=x,
        tooltip=[
            alt.Tooltip("utcyearmonthdate(week):T", title="week from", format="%-d %B %Y"),
            alt.Tooltip("mean:Q", format="+.2f"),
            alt.Tooltip("low:Q", format="+.2f"),
            alt.Tooltip("high:Q", format="+.2f"),
            "n:Q",
        ],
    )
    axis = alt.Axis(values=[-1, -0.5, 0, 0.5, 1], labelExpr="datum.value ? format(datum.value, '+.1~f') : '0'")
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color=INK, opacity=0.5).encode(y="zero:Q")
    band = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=5, color=BAND).encode(
        y=alt.Y("low:Q", scale=scale, title="mean tone", axis=axis),
        y2="high:Q",
    )
    line = base.mark_line(color=ORIGINAL, strokeWidth=1.4, point={"filled": True, "size": 26, "color": ORIGINAL}).encode(
        y=alt.Y("mean:Q", scale=scale)
    )
    return _finish(alt.layer(zero, band, line), 150, title)


def _values(frame: pl.DataFrame) -> alt.InlineData:
    return alt.InlineData(values=frame.to_dicts())


def _days_axis() -> alt.Axis:
    return alt.Axis(format="%-d %b", labelOverlap=True, tickCount=6, grid=False)


def _counts_axis() -> alt.Axis:
    return alt.Axis(tickMinStep=1, tickCount=4, format="d")


def _finish(chart: alt.LayerChart | alt.FacetChart, height: int, title: str) -> Spec:
    finished = chart.properties(width="container", height=height, description=title, background="transparent")
    finished = finished.configure_view(stroke=None).configure_axis(
        labelColor="var(--quiet)", titleColor="var(--quiet)", gridColor="var(--rule)", domainColor="var(--rule)",
        tickColor="var(--rule)", labelFontSize=11, titleFontSize=11, titleFontWeight="normal",
        labelFont="inherit", titleFont="inherit",
    ).configure_text(font="inherit")
    return finished.to_dict()
