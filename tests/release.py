"""A small published release of fiction: six outlets, 120 days, two spikes, a few bad days. For tests of readers."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from transforms.reasons import spike_reasons
from transforms.wording import Names
from warehouse.store import Candidate, publish
from warehouse.tables import TABLES

FIRST_DAY = date(2026, 3, 2)
DAYS = 120
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
SPIKES = {75: ("JP",), 119: ("JP", "RU")}
BUILD_ID = "20260629T233000Z-001"
HOSTILE_HEADLINE = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'> harbour talks"
FORMULA_HEADLINE = '=HYPERLINK("https://attacker.example","harbour talks")'

# source_id: publisher, country, kind, genre, language, zone, articles a day, share on the beat
SOURCES = {
    "jp_kaikyo_editorial": ("Kaikyo Shimbun (fiction)", "JP", "newspaper", "editorial", "ja", "Asia/Tokyo", 3, 0.4),
    "jp_minato_news": ("Minato News (fiction)", "JP", "wire", "news", "ja", "Asia/Tokyo", 5, 0.3),
    "jp_gaikyoku_statements": ("Office of Outer Affairs (fiction)", "JP", "government", "official_statement", "en", "Asia/Tokyo", 2, 0.4),
    "ru_zarya_articles": ("Zarya Vostoka (fiction)", "RU", "newspaper", "news", "ru", "Europe/Moscow", 4, 0.3),
    "ru_volna_wire": ("Volna (fiction)", "RU", "wire", "news", "ru", "Europe/Moscow", 4, 0.25),
    "gb_harbour_review": ("Harbour Review (fiction)", "GB", "magazine", "op_ed", "en", "Europe/London", 1, 0.3),
}
LANGUAGES = {"gb_harbour_review": ["en", "ja"]}   # of those that are read in several
HEADLINES = {
    "ja": ["島々をめぐる協議、再び延期に（架空）", "漁業交渉が今週にも再開へ（架空）", "港湾都市、査証なし交流の再開を要望（架空）",
           "社説　対話の窓口を閉ざすな（架空）", "海峡の海底ケーブル、共同点検へ（架空）"],
    "ru": ["Переговоры о рыболовстве возобновятся (вымысел)", "Порт ждёт первый паром за три года (вымысел)",
           "Остров обсуждает новые правила поездок (вымысел)", "Учения у пролива завершены (вымысел)"],
    "en": ["Statement on the fisheries consultations (fiction)", "What the strait remembers (fiction)",
           "Ferry talks to resume in the autumn (fiction)", "Note on the exchange of visits (fiction)"],
}
TOPICS = ("fisheries", "islands")


def make_release(data_dir: Path, seed: int = 7) -> Path:
    """Publish the release below ``data_dir``; returns its folder. The same seed gives the same rows."""
    frames = _frames(random.Random(seed))
    candidate = Candidate.start(data_dir, fresh=True)
    for name, frame in frames.items():
        candidate.insert(TABLES[name], frame)
    candidate.close()
    return publish(data_dir, BUILD_ID, keep=7)


def write_status(data_dir: Path, run_id: str, **status: object) -> Path:
    """Write ``runs/<run_id>/status.json``; returns the run's folder."""
    folder = data_dir / "runs" / run_id
    folder.mkdir(parents=True, exist_ok=True)
    content = {"run_id": run_id, "status": "published", "exit_code": 0, "checks": [], "message": ""} | status
    (folder / "status.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def _hash(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]


def _pair(source_id: str, number: int, position: int) -> str | None:
    """The office's first statement of a day comes in two languages, the second through the wire."""
    paired = source_id in ("jp_gaikyoku_statements", "jp_minato_news") and position == 0
    return _hash("pair", number)[:16] if paired else None


def _health(source_id: str, number: int) -> tuple[str, str | None]:
    if source_id == "ru_volna_wire" and (number >= 118 or 40 <= number < 44):
        return "down", "no answer from www.volna.example in 30 s (3 attempts)"
    if source_id == "gb_harbour_review" and number == 119:
        return "challenged", "a challenge page answered with 200"
    if source_id == "jp_kaikyo_editorial" and 88 <= number < 91:
        return "changed", "css:h1.title matched 0 elements on 4 of 4 pages"
    if source_id == "ru_zarya_articles" and number % 37 == 20:
        return "empty", None
    return "ok", None


def _frames(rng: random.Random) -> dict[str, pl.DataFrame]:
    rows: dict[str, list[dict]] = {name: [] for name in TABLES}
    rows["ops.actors"] = [{"actor_id": "maker_ada", "kind": "person", "name": "Ada Maker", "country_code": "JP", "wikidata_id": None}]
    rows["ops.offices"] = [{"actor_id": "maker_ada", "office_id": "jp_harbour_master", "title": "Harbour master (fiction)", "start_date": FIRST_DAY,
                            "end_date": None, "is_certain": True, "note": None}]
    rows["ops.topics"] = [{"topic_id": topic, "title": topic.capitalize()} for topic in TOPICS]
    for source_id, (publisher, country, kind, genre, language, zone, _, _) in SOURCES.items():
        rows["ops.sources"].append({
            "source_id": source_id, "title": publisher, "publisher": publisher, "country_code": country,
            "publisher_kind": kind, "genre": genre, "languages": LANGUAGES.get(source_id, [language]), "status": "active", "timezone": zone,
            "access": "derive", "licence": None, "rules_sha256": _hash(source_id), "min_articles_per_day": None,
            "archive_days": None, "usual_gap_days": 7.0,
        })
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        for source_id in SOURCES:
            _source_day(rows, rng, source_id, number, day)
        _marts_of_day(rows, number, day)
    _checks(rows)
    frames = {
        name: TABLES[name].conform(pl.DataFrame(content, schema=TABLES[name].schema))
        for name, content in rows.items()
        if TABLES[name].served
    }
    told = ("marts.coverage_spikes", "marts.articles", "marts.story_documents", "marts.stories", "marts.mentions")
    names = Names({"JP": "Japan"}, {"ja": "Japanese"}, dict(frames["ops.topics"].iter_rows()), {"maker_ada": "Ada Maker"})
    return frames | {"marts.spike_reasons": spike_reasons(*(frames[name] for name in told), names)}


def _source_day(rows: dict[str, list[dict]], rng: random.Random, source_id: str, number: int, day: date) -> None:
    publisher, country, kind, genre, language, _, per_day, share = SOURCES[source_id]
    state, reason = _health(source_id, number)
    healthy = state in ("ok", "empty")
    count = rng.randint(max(0, per_day - 2), per_day + 2) if state == "ok" else 0
    spiking = country in SPIKES.get(number, ())
    count += 6 if spiking and healthy else 0
    basis = "observed" if number >= 100 else "backfill"
    run_id = f"{day:%Y%m%d}T233000Z-001"
    for position in range(count):
        capture_id, article_id = _hash(source_id, number, position), _hash("article", source_id, number, position)
        at = datetime.combine(day, time(1 + position % 12, rng.randrange(60)), UTC)
        captured_at = datetime.combine(day, time(23, 31, position), UTC)
        relevance = "strong" if spiking or rng.random() < share else rng.choice(("passage", "none", "none"))
        headline = rng.choice(HEADLINES[language])
        url = f"https://www.{source_id.split('_')[1]}.example/{day:%Y/%m/%d}/{position}.html"
        if number == DAYS - 1 and source_id == "jp_gaikyoku_statements":
            headline = {0: HOSTILE_HEADLINE, 1: FORMULA_HEADLINE}.get(position, headline)
            url = {0: "javascript:window.pwned=1"}.get(position, url)
        topics = [rng.choice(TOPICS)] if relevance == "strong" else []
        tone = max(-1.0, min(1.0, rng.gauss(-0.1 - 0.3 * spiking, 0.3))) if language != "ru" or position % 2 else None
        # the last article of a paper's day is now and then a reprint of the country's wire
        wire = next((s for s, v in SOURCES.items() if v[1] == country and v[2] == "wire" and s != source_id), None)
        copied = None
        if wire and kind == "newspaper" and position == count - 1 and number % 3 == 0 and relevance == "strong":
            copied = _hash("article", wire, number, 0)
        common = {"capture_id": capture_id, "source_id": source_id, "captured_date": day}
        versions = {"method_version": "1+beat:0f1e2d"}
        rows["raw.captures"].append(common | {
            "run_id": run_id, "kind": "article", "url": url, "captured_at": captured_at, "http_status": 200,
            "media_type": "text/html", "charset": "utf-8", "redirect_url": None, "body_bytes": 20_000,
            "body_sha256": _hash("body", capture_id), "warc_path": f"archive/{source_id}/{day:%Y/%m}/{run_id}.warc.gz",
            "warc_offset": 9_000 * position, "basis": basis,
        })
        rows["raw.discoveries"].append({
            "discovery_id": _hash("link", capture_id), "run_id": run_id, "source_id": source_id, "via": "feed",
            "capture_id": _hash("feed", source_id, number), "url": url, "position": position, "item_count": count,
            "headline": headline, "published_text": None, "decision": "fetched", "captured_at": captured_at,
            "captured_date": day, "basis": basis,
        })
        is_edited = number in (DAYS - 2, DAYS - 3) and source_id == "jp_gaikyoku_statements" and position == 0
        fate = "revision" if is_edited else "article"
        rows["ops.fates"].append(common | {"run_id": run_id, "article_id": article_id, "fate": fate, "reason": None})
        if is_edited:
            rows["marts.revisions"].append({
                "capture_id": capture_id, "number": 0, "article_id": article_id, "source_id": source_id, "published_date": day,
                "previous_capture_id": _hash("before", capture_id), "previous_at": captured_at - timedelta(days=1),
                "revised_at": captured_at, "part": "body", "removed": "強く", "added": "厳重に", "context": "港務局は", "removed_count": 2,
                "added_count": 2, "method": "word_diff", "method_version": "1",
            })
        staged = common | {
            "article_id": article_id, "run_id": run_id, "pair_id": _pair(source_id, number, position), "url": url, "canonical_url": url, "is_alternate_view": False,
            "headline": headline, "byline": None, "authors": [], "lede": None, "body": "…", "body_length": 1200,
            "body_state": "full", "language_code": language, "genre": genre, "published_at": at, "published_date": day,
            "published_precision": "minute", "published_method": "css", "published_text": f"{at:%Y-%m-%d %H:%M}",
            "modified_at": None, "event_date": day + timedelta(days=9) if kind == "government" and position == 0 else None,
            "content_sha256": _hash(capture_id, headline), "captured_at": captured_at, "basis": basis,
            "method": "rules", "method_version": "1+rules:aa12bb",
        }
        rows["staging.articles"].append(staged)
        told = {name: staged[name] for name in ("article_id", "capture_id", "source_id", "published_date", "method_version")}
        rows["marts.authors"].append(told | {"number": 1, "name": "Ada Maker", "role": "staff", "given_name": "Ada", "family_name": "Maker"})
        rows["marts.turns"].append(told | {"number": 1, "speaker": "Ada Maker", "role": None, "start_offset": 0, "end_offset": 12})
        if relevance != "none":
            rows["marts.mentions"].append(told | {
                "field": "body", "start_offset": 0, "end_offset": 9, "surface": "Ada Maker", "actor_id": "maker_ada", "candidates": ["maker_ada"],
                "office_ids": ["jp_harbour_master"], "resolved_by": "full_name", "is_overridden": False,
            })
        rows["enriched.relevance"].append(common | versions | {
            "relevance": relevance, "relevance_score": 6.0 if relevance == "strong" else 1.0,
            "passage_count": 2, "passage_share": 0.4, "method": "beat_terms",
        })
        if relevance != "none":
            rows["enriched.passages"].append(common | versions | {
                "start_offset": 0, "end_offset": 80, "field": "body", "evidence": "anchor", "terms": ["fiction"],
                "topics": topics, "method": "beat_terms",
            })
        rows["enriched.tone"].append(common | {
            "tone_score": tone, "positive_count": 3, "negative_count": 4, "token_count": 300,
            "unscored_reason": None if tone is not None else "no_tone_words", "method": "dictionary",
            "method_version": "1+lexicon:77",
        })
        if relevance != "none":
            toward = {name: staged[name] for name in ("article_id", "capture_id", "source_id", "published_date")} | {"tone_variance": None, "tone_low": None, "tone_high": None}
            rows["marts.target_tone"].append(toward | {
                "target_id": "document", "voice": "all", "mention_count": 1, "scored_count": int(tone is not None), "tone_score": tone,
                "label": None, "label_probability": None, "method": "dictionary", "method_version": "1+lexicon:77",
            })
            rows["enriched.document_tone"] += [common | {
                "negative": 0.6 - 0.2 * (not active), "neutral": 0.3 + 0.2 * (not active), "positive": 0.1, "label": "negative" if active else "neutral",
                "unscored_reason": None, "is_active": active, "method": "document_model", "method_version": "fiction" if active else "later fiction",
            } for active in (True, False)]
            for start, (voice, negative) in enumerate((("author", 0.5), ("quoted", 0.8))):
                rows["enriched.target_tone"] += [common | {
                    "field": "headline", "start_offset": start, "end_offset": start + 1, "sentence_start": 0, "sentence_end": len(headline), "surface": "J",
                    "target_id": "JP", "voice": voice, "speaker": None, "speaker_actor_id": None, "negative": negative - 0.1 * (not active),
                    "neutral": 0.1 + 0.1 * (not active), "positive": 0.9 - negative, "label": "negative", "unscored_reason": None, "is_active": active,
                    "method": "target_model", "method_version": "fiction" if active else "later fiction",
                } for active in (True, False)]
                rows["marts.target_tone"].append(toward | {
                    "target_id": "JP", "voice": voice, "mention_count": 1, "scored_count": 1, "tone_score": 0.9 - 2 * negative, "tone_variance": 0.2,
                    "label": "negative", "label_probability": negative, "method": "target_model", "method_version": "fiction",
                })
        if copied:
            rows["enriched.copies"].append({
                "article_id": article_id, "syndicated_from": copied, "containment": 0.93, "resemblance": 0.71,
                "published_date": day, "method": "fracminhash", "method_version": "1",
            })
        rows["marts.articles"].append({key: staged[key] for key in (
            "article_id", "pair_id", "capture_id", "source_id", "url", "headline", "byline", "authors", "language_code", "genre",
            "published_at", "published_date", "published_precision", "event_date", "body_state", "body_length",
        )} | versions | {
            "publisher": publisher, "country_code": country, "publisher_kind": kind, "text": None,
            "relevance": relevance, "relevance_score": 6.0 if relevance == "strong" else 1.0, "topics": topics,
            "tone_score": tone, "syndicated_from": copied, "is_copy": copied is not None, "is_overridden": False,
            "first_captured_at": captured_at, "last_captured_at": captured_at, "version_count": 1, "method": "latest",
        })
    rows["ops.source_days"].append({
        "source_id": source_id, "day": day, "state": state,
        "basis": "observed" if basis == "observed" else "backfilled", "is_healthy": healthy, "reason": reason,
        "discovered_count": count, "fetched_count": count, "article_count": count,
        "quarantined_count": 4 if state == "changed" else 0, "new_count": count, "revised_count": 0,
        "http_states": [f"200 × {count + 1}"], "newest_age_days": 0.3, "headline_share": 1.0, "date_share": 1.0, "body_share": 1.0,
        "byline_share": 0.0, "body_length_median": 1200.0, "usual_body_length": 1200.0,
    })
    rows["raw.crawls"].append({
        "run_id": run_id, "source_id": source_id, "captured_date": day,
        "started_at": datetime.combine(day, time(23, 30), UTC), "finished_at": datetime.combine(day, time(23, 50), UTC),
        "first_date": day, "last_date": day, "state": state if state != "changed" else "ok", "reason": reason,
        "discovered_count": count, "fetched_count": count, "newest_text": None, "basis": basis,
    })
    rows["ops.partitions"].append({
        "captured_date": day, "run_id": run_id, "source_id": source_id, "fingerprint": _hash(run_id, source_id),
        "status": "held" if state == "changed" else "accepted", "reasons": [], "capture_count": count,
        "article_count": count, "quarantined_count": 0,
    })
    if state == "changed":
        rows["staging.quarantine"].append({
            "capture_id": _hash("bad", source_id, number), "run_id": run_id, "source_id": source_id,
            "url": f"https://www.kaikyo.example/{day:%Y/%m/%d}/0.html", "reason": "no_headline",
            "detail": "css:h1.title matched 0 elements", "captured_at": datetime.combine(day, time(23, 31), UTC),
            "captured_date": day, "method": "rules", "method_version": "1+rules:aa12bb",
        })


def _stories_of_day(rows: dict[str, list[dict]], articles: list[dict]) -> None:
    """A day's articles with one first topic are a story, known in the order of their publication."""
    of_topic: dict[str, list[dict]] = {}
    for row in sorted(articles, key=lambda row: (row["published_at"], row["source_id"], row["article_id"])):
        if row["relevance"] != "none":
            of_topic.setdefault(row["topics"][0] if row["topics"] else row["article_id"], []).append(row)
    method = {"method": "nearest_earlier", "method_version": "1"}
    for told in of_topic.values():
        first, *_ = told
        press = next((row["article_id"] for row in told if row["publisher_kind"] != "government"), None)
        rows["marts.story_documents"] += [method | {
            "article_id": row["article_id"], "story_id": first["article_id"], "published_date": row["published_date"],
            "first_captured_at": row["first_captured_at"], "follows": [first["article_id"]] if row is not first else [],
            "link_score": 1.5 if row is not first else None, "is_overridden": False,
        } for row in told]
        rows["marts.stories"].append(method | {
            "story_id": first["article_id"], "published_date": first["published_date"], "last_published_date": told[-1]["published_date"],
            "headline": first["headline"], "first_article_id": first["article_id"], "first_source_id": first["source_id"],
            "first_published_at": first["published_at"], "article_count": len(told), "original_count": sum(not row["is_copy"] for row in told),
            "source_ids": sorted({row["source_id"] for row in told}), "country_codes": sorted({row["country_code"] for row in told}),
            "language_codes": sorted({row["language_code"] for row in told}), "press_article_id": press,
            "official_article_id": first["article_id"] if press and first["article_id"] != press and first["genre"] == "official_statement" else None,
            "merged_story_ids": [],
        })


def _marts_of_day(rows: dict[str, list[dict]], number: int, day: date) -> None:
    articles = [row for row in rows["marts.articles"] if row["published_date"] == day]
    _stories_of_day(rows, articles)
    days = {row["source_id"]: row for row in rows["ops.source_days"][-len(SOURCES):]}
    for country, language in sorted({(row["country_code"], row["language_code"]) for row in articles}):
        naming = [r for r in articles if (r["country_code"], r["language_code"]) == (country, language) and r["relevance"] != "none"]
        if naming:
            rows["marts.actors_daily"].append({
                "published_date": day, "actor_id": "maker_ada", "country_code": country, "language_code": language, "article_count": len(naming),
                "original_count": sum(not r["is_copy"] for r in naming), "mention_count": len(naming), "method_version": "1",
            })
    for country, language, genre in sorted({(v[1], v[4], v[3]) for v in SOURCES.values()}):
        sources = [s for s, v in SOURCES.items() if (v[1], v[4], v[3]) == (country, language, genre)]
        healthy = [s for s in sources if days[s]["is_healthy"]]
        bases = {days[s]["basis"] for s in healthy}
        basis = "unknown" if not healthy else "partial" if len(healthy) < len(sources) else bases.pop()
        mine = [row for row in articles if row["source_id"] in sources]
        for topic in ("any", *TOPICS):
            beat = [r for r in mine if r["relevance"] == "strong" and (topic == "any" or topic in r["topics"])]
            originals = [r for r in beat if not r["is_copy"]]
            total = sum(not r["is_copy"] for r in mine)
            key = {"published_date": day, "topic_id": topic, "country_code": country, "language_code": language, "genre": genre}
            rows["marts.coverage_daily"].append(key | {
                "article_count": len(beat), "copy_count": len(beat) - len(originals), "original_count": len(originals),
                "passage_count": sum(r["relevance"] == "passage" for r in mine) if topic == "any" else 0,
                "attention_count": len(originals), "total_count": total,
                "attention_share": len(originals) / total if total else None, "share_basis": basis,
                "healthy_source_count": len(healthy), "source_count": len(sources), "method_version": "1",
            })
        originals = [r for r in mine if r["relevance"] == "strong" and not r["is_copy"]]
        for target, voice in (("document", "all"), ("JP", "author"), ("JP", "quoted")) if originals else ():
            ids = {r["article_id"] for r in originals}
            toward = [r for r in rows["marts.target_tone"][-200:] if r["article_id"] in ids and (r["target_id"], r["voice"]) == (target, voice)]
            tones = [r["tone_score"] for r in toward if r["tone_score"] is not None]
            if toward:
                rows["marts.tone_daily"].append({
                    "published_date": day, "target_id": target, "country_code": country, "language_code": language, "genre": genre, "voice": voice,
                    "article_count": len(toward), "scored_count": len(tones), "scored_share": len(tones) / len(toward), "mention_count": len(toward),
                    "tone_mean": sum(tones) / len(tones) if tones else None, "tone_low": None, "tone_high": None,
                    "validation": "not validated on this language (fiction)", "validation_value": None,
                    "method": "dictionary" if target == "document" else "target_model", "method_version": "1+lexicon:77" if target == "document" else "fiction",
                })
    for country in SPIKES.get(number, ()):
        toward = [r for r in articles if r["country_code"] == country and r["relevance"] == "strong" and not r["is_copy"]]
        rows["marts.tone_changes"].append({
            "change_id": _hash("change", country, day), "published_date": day, "target_id": "JP", "country_code": country, "language_code": toward[0]["language_code"],
            "voice": "author", "before_mean": 0.1, "after_mean": -0.3, "before_count": 40, "after_count": 9, "difference_low": -0.6, "difference_high": -0.2,
            "p_value": 0.001, "q_value": 0.01, "article_ids": sorted(r["article_id"] for r in toward), "method": "welch_t", "method_version": "1+fiction",
        })
        behind = [r for r in articles if r["country_code"] == country and r["relevance"] == "strong" and not r["is_copy"]]
        rows["marts.coverage_spikes"].append({
            "spike_id": _hash("spike", country, day), "published_date": day, "topic_id": "any", "country_code": country,
            "language_code": "any", "genre": "any", "actor_id": "any", "period": "day", "level": "spike", "sensitivity": "low",
            "duration_days": 1, "outlet_count": len({r["source_id"] for r in behind}),
            "observed_count": len(behind), "expected_count": 3.4, "dispersion": 1.3, "p_value": 2.1e-7,
            "q_value": 8.4e-7, "baseline_days": 53, "article_ids": sorted(r["article_id"] for r in behind),
            "method": "negative_binomial_tail", "method_version": "1",
        })


def _checks(rows: dict[str, list[dict]]) -> None:
    run_id = f"{LAST_DAY:%Y%m%d}T233000Z-001"
    at = datetime.combine(LAST_DAY, time(23, 40), UTC)
    for suite in ("marts.articles", "marts.coverage_daily", "marts.tone_daily", "raw.captures"):
        for check in ("primary key is unique", "no value is missing", "values are of the closed list"):
            rows["ops.check_results"].append({
                "run_id": run_id, "gate": "tables", "suite": suite, "check_name": check, "severity": "critical",
                "outcome": "passed", "observed": "0 rows", "failing_rows": [], "checked_at": at,
            })
    rows["ops.check_results"].append({
        "run_id": run_id, "gate": "sources", "suite": "ru_volna_wire", "check_name": "discovers at least 1 link",
        "severity": "warning", "outcome": "failed", "observed": "0", "failing_rows": [], "checked_at": at,
    })
    rows["ops.runs"].append({
        "run_id": run_id, "run_date": LAST_DAY, "started_at": datetime.combine(LAST_DAY, time(23, 30), UTC),
        "status": "published", "build_id": BUILD_ID,
    })
