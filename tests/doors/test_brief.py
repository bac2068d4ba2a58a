"""The consultation brief on incidents made for it: what stands on which page, what never does, whole and with parts withheld."""

from __future__ import annotations

import html
import io
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from rich.cells import cell_len

import hoshimori
from hoshimori.alliance.register import register
from hoshimori.assess.attribute import WHY
from hoshimori.assess.confidence import CODES
from hoshimori.assess.estimative import lint
from hoshimori.doors import brief, brief_pdf
from hoshimori.doors.english_nature import NATURE as EN
from hoshimori.doors.japanese_nature import NATURE as JA
from hoshimori.errors import UsageError
from hoshimori.judgements import CLAIM_KINDS, HYPOTHESES, Marking, Tlp
from hoshimori.ledger.disclosure import disclose, for_reader, withhold
from tests.doors.brief_sample import AMBER_BOTH, AMBER_JPN, SIGNATURES, assessment, hide, incident, items, paths

SOURCE = Path(hoshimori.__file__).parent
LANGUAGES = ("en", "ja")
RED = {"tlp": "RED", "releasable_to": ["JPN"]}
PHRASE = {"en": "withheld, TLP:RED // REL TO JPN", "ja": "非開示、TLP:RED // REL TO JPN"}
TOP = (
    *("incident", "items", "claims", "ach", "bayes", "agree", "verdict", "why_undetermined", "confidence", "confidence_reasons"),
    *("would_change", "not_found", "not_looked", "effect", "gates", "precedents", "left_out", "method", "table"),
)
NEVER_WITHHELD = ("schema", "as_of", "made", "marking", "data_mode")


@cache
def whole() -> dict[str, Any]:
    return assessment()


@cache
def known_register() -> Any:
    return register()


def page(tree: dict[str, Any], lang: str = "en") -> dict[str, Any]:
    return brief.page(tree, lang=lang, signatures=SIGNATURES, register=known_register())


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from strings(child)


@cache
def pdf_pages(lang: str) -> tuple[str, ...]:
    made = brief.pdf(whole(), lang=lang, signatures=SIGNATURES)
    return tuple(p.extract_text() for p in PdfReader(io.BytesIO(made)).pages)


class Tags(HTMLParser):
    """The tags of a page, their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


# ---- words


def test_both_languages_have_the_same_words_and_the_same_values_in_them() -> None:
    assert EN.keys() == JA.keys()
    fields = re.compile(r"\{(\w+)")
    assert [k for k in EN if set(fields.findall(EN[k])) != set(fields.findall(JA[k]))] == []


def test_there_is_a_word_for_everything_that_an_assessment_can_say() -> None:
    for w in (EN, JA):
        assert [x for h in HYPOTHESES for x in (f"nature {h}", f"column {h}") if x not in w] == []
        assert [x for x in WHY if f"undetermined {x}" not in w] == []
        assert [x for x in CODES if f"confidence {x}" not in w] == []
        assert [x for x in CLAIM_KINDS if f"claim {x}" not in w] == []
        said = set(re.findall(r'"(claim [a-z ]+)"', (SOURCE / "assess" / "claims.py").read_text("utf-8")))
        assert len(said) >= 12
        assert [x for x in said if f"because {x}" not in w] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_our_words_keep_to_the_scale(lang: str) -> None:
    for said in (EN if lang == "en" else JA).values():
        assert lint(said, lang) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_whole_brief_keeps_to_the_scale_and_its_rows(lang: str) -> None:
    every = "\n\n".join(s.replace("\n", " ") for s in strings(page(whole(), lang)))
    assert lint(every, lang) == ()
    assert lint(brief.text(whole(), lang=lang), lang) == ()


def test_likelihood_and_confidence_stand_in_two_sentences() -> None:
    bottom = page(whole())["bottom"]
    assert "deliberate act whose effect ends with it" in bottom["likelihood"]
    assert "onfidence" not in bottom["likelihood"]
    assert bottom["confidence"] == "Confidence in this judgement is low."


# ---- what stands there


def test_the_verdict_is_named_only_where_the_record_names_it() -> None:
    assert page(whole())["bottom"]["verdict"].startswith("Undetermined")
    named = {**whole(), "verdict": "failure", "why_undetermined": []}
    assert page(named)["bottom"]["verdict"] == "The evidence carries one explanation: a technical failure."
    assert "technical failure" in page(named)["bottom"]["likelihood"]


def test_all_eight_explanations_have_a_range_that_holds_the_best_value() -> None:
    odds = page(whole())["odds"]
    assert [o["name"] for o in odds] == [EN[f"nature {h}"] for h in HYPOTHESES]
    assert all(o["low"] <= o["value"] <= o["high"] for o in odds)
    assert sum(o["value"] for o in odds) == pytest.approx(1.0, abs=1e-4)


def test_readings_that_differ_are_told() -> None:
    other = {**whole(), "agree": False, "ach": {**whole()["ach"], "leader": "failure"}}
    assert page(other)["agree"]["said"].startswith("No: weighing inconsistencies puts a technical failure first")
    tied = {**whole(), "agree": False, "ach": {**whole()["ach"], "leader": None}}
    assert page(tied)["agree"]["said"].startswith("No: weighing inconsistencies puts none alone first")


def test_where_nothing_was_weighed_no_word_of_likelihood_is_given() -> None:
    empty = assessment(incident(items=(), claims=(), judgements=()))
    told = page(empty)
    assert told["bottom"]["likelihood"].startswith("No estimate")
    assert {o["word"] for o in told["odds"]} == {"no estimate"}
    assert told["evidence_note"] == "No evidence is in this record."
    assert told["claims_note"]


def test_accusation_and_denial_have_the_same_rank() -> None:
    accusation, denial = page(whole())["claims"]
    assert (accusation["kind"], denial["kind"]) == ("accusation", "denial")
    assert (accusation["status"], denial["status"]) == ("disputed", "disputed")
    assert accusation.keys() == denial.keys()


def test_gates_name_who_judged_dissent_included_and_the_last_is_for_ministers() -> None:
    gates = page(whole())["gates"]
    assert [g["id"] for g in gates] == ["G0", "G1", "G2", "G3", "G4", "G5"]
    threatened = gates[3]["criteria"][-1]["people"]
    assert [p["said"] for p in threatened] == ["Sato Hanako (JPN): undetermined", "Suzuki Ichiro (JPN): met [dissent]"]
    assert gates[5]["answer"] == "for ministers, case by case"
    assert "for ministers, case by case" in brief.html(whole())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_treaty_is_ever_said_to_be_invoked(lang: str) -> None:
    met = json.loads(json.dumps(whole()).replace('"answer": "undetermined"', '"answer": "met"'))
    for tree in (whole(), met):
        text = Tags(brief.html(tree, lang=lang, signatures=SIGNATURES)).text
        assert not re.search("invoked|triggered|activated|発動|援用", text)


def test_a_clause_whose_wording_nobody_checked_is_shown_as_unchecked() -> None:
    clauses = {c for g in page(whole())["all_gates"] for x in g["criteria"] for c in x["clauses"]}
    assert "T60-IV (wording unchecked)" in clauses


def test_each_item_has_its_source_grade_times_method_and_digest() -> None:
    tree = whole()
    rows = page(tree)["evidence"]
    assert [r["number"] for r in rows] == [f"E{k}" for k in range(1, len(tree["items"]) + 1)]
    by_event = next(r for r in rows if any(d["label"] == "Event" for d in r["digests"]))
    assert by_event["grade"] == "B1, usually reliable, confirmed by other sources"
    assert by_event["happened"].endswith("UTC (09:42 JST)")
    assert {d["label"]: d["value"] for d in by_event["details"]}["Method"] == "encounter@3"
    assert {d["value"] for d in by_event["digests"]} >= {"sha256:" + "ab" * 32}
    assert "JPN)" not in rows[0]["portion"]
    assert rows[3]["portion"] == "TLP:AMBER // REL TO JPN"


def test_the_matrix_has_every_weighed_item_in_the_order_of_the_evidence() -> None:
    rows = page(whole())["matrix"]["rows"]
    assert [r["number"] for r in rows] == [f"E{k}" for k in range(1, 11)]
    assert all(len(r["marks"]) == 8 for r in rows)


def test_methods_name_the_versions_and_what_was_learnt_from() -> None:
    told = page({**whole(), "basis": {"history": "ab12", "rates": "cd34", "other": "ef56"}})["methods"]
    named = {m["label"]: m["value"] for m in told}
    assert (named["Method"], named["Table of indicators and weights"]) == ("nature@1", whole()["table"])
    assert (named["Adjudicated cases learnt from"], named["basis other"]) == ("ab12", "ef56")


def test_times_are_in_utc_and_in_japan() -> None:
    facts = {f["label"]: f["value"] for f in page(whole())["facts"]}
    assert facts["As of"] == "2026-11-20 06:00 UTC (15:00 JST)"
    assert facts["Made"] == "2026-11-20 16:30 UTC (2026-11-21 01:30 JST)"


def test_the_page_bears_the_strictest_marking_of_what_is_on_it() -> None:
    assert page(whole())["marking"] == "TLP:AMBER // REL TO JPN"
    milder = {**whole(), "marking": {"tlp": "GREEN"}}
    assert page(milder)["marking"] == "TLP:AMBER // REL TO JPN"


@pytest.mark.parametrize(
    ("mode", "said"), [("REAL", ""), ("EXERCISE", "EXERCISE EXERCISE EXERCISE"), ("TEST", "TEST: NOT REAL DATA")]
)
def test_what_is_not_of_the_world_says_so(mode: str, said: str) -> None:
    tree = {**whole(), "data_mode": mode}
    assert page(tree)["mode"] == said
    text = brief.html(tree)
    assert re.findall(r'role="note"><span>.*?</span>(?:<b>(.*?)</b>)?', text) == [said] * 2


def test_another_schema_and_another_language_are_refused_in_words() -> None:
    with pytest.raises(UsageError, match="assessment/1"):
        brief.html({**whole(), "schema": "hoshimori.event/1"})
    with pytest.raises(UsageError, match="en, ja"):
        brief.html(whole(), lang="fr")
    with pytest.raises(UsageError, match="bayes"):
        brief.html({k: v for k, v in whole().items() if k != "bayes"})
    with pytest.raises(UsageError, match="made: withheld"):
        brief.html(hide(whole(), ("made",), RED))


# ---- withheld


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_part_can_be_withheld_and_the_rest_still_stands(data: st.DataObject) -> None:
    tree = whole()
    open_to_it = [p for p in paths(tree) if p[0] not in NEVER_WITHHELD and "marking" not in p]
    lang = data.draw(st.sampled_from(LANGUAGES))
    told = page(hide(tree, data.draw(st.sampled_from(open_to_it)), RED), lang)
    assert len(told["odds"]) == 8
    assert told["marking"].startswith("TLP:AMBER")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_part_of_the_top_says_that_it_is_withheld_and_tells_nothing_of_itself(lang: str) -> None:
    tree = whole()
    for key in TOP:
        text = html.unescape(brief.html(hide(tree, (key,), RED), lang=lang, register=known_register()))
        assert PHRASE[lang] in text, key
        rest = json.dumps({k: v for k, v in tree.items() if k != key}, ensure_ascii=False)
        secret = [s for s in strings(tree[key]) if len(s) > 24 and s not in rest]
        assert [s for s in secret if s in text] == []


def test_a_withheld_item_is_shown_in_its_place_with_its_marking_and_without_its_words() -> None:
    tree = hide(whole(), ("items", 3), RED)
    rows = page(tree)["evidence"]
    assert rows[3] == {"number": "E4", "hidden": PHRASE["en"]}
    assert "Bearings" not in brief.html(tree)
    assert whole()["items"][3]["id"] not in brief.html(tree)


def test_what_a_ledger_withholds_is_read_by_each_reader_as_far_as_they_may() -> None:
    tree = whole()
    closed, parts = withhold(tree)
    public, ally, own = (disclose(closed, for_reader(parts, closed, who)) for who in (None, "USA", "JPN"))
    assert own == tree
    shown = [sum(not row["hidden"] for row in page(t)["evidence"]) for t in (public, ally, own)]
    assert shown == [0, 10, 11]
    assert page(public)["title"] == "withheld, TLP:AMBER // REL TO JPN, USA"
    assert "TLP:AMBER // REL TO JPN" in [row["hidden"].removeprefix("withheld, ") for row in page(ally)["evidence"]]


# ---- HTML


def test_the_page_carries_everything_and_asks_nobody() -> None:
    text = brief.html(whole(), signatures=SIGNATURES)
    seen = Tags(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(seen.tags)
    assert not [a for a in seen.attributes if a[0] in ("src", "href", "srcset", "action")]
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import", text)
    assert seen.tags.count("svg") == 8
    marks = re.findall(r'<div class="mark AMBER" role="note"><span>(.*?)</span>', text)
    assert marks == ["TLP:AMBER // REL TO JPN"] * 2
    assert text == brief.html(whole(), signatures=SIGNATURES)


FREE = (
    *("title", "question", "statement", "source", "speaker", "actor", "by", "party", "opened_by", "method", "unit", "group"),
    *("prior", "table", "reasons", "keyid", "indicator"),
)
ATTACKS = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% include 'page.css' %}",
    "\" onload='x'",
)


def poisoned(node: Any, attack: str, key: str = "") -> Any:
    """The tree with every text that people write replaced."""
    if isinstance(node, dict):
        return {k: poisoned(v, attack, k) for k, v in node.items()}
    if isinstance(node, list | tuple):
        return [poisoned(v, attack, key) for v in node]
    if isinstance(node, str) and (key in FREE or (key == "reason" and node)):
        return attack
    return node


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_any_text_is_inert(attack: str) -> None:
    text = brief.html(poisoned(whole(), attack), signatures=poisoned(list(SIGNATURES), attack))
    plain = Tags(brief.html(whole(), signatures=SIGNATURES))
    seen = Tags(text)
    assert set(seen.tags) == set(plain.tags)
    assert {a[0] for a in seen.attributes} == {a[0] for a in plain.attributes}
    assert html.escape(attack, quote=False) in text.replace("&#34;", '"').replace("&#39;", "'")


def test_what_turns_the_direction_of_text_or_controls_a_terminal_is_shown_as_a_mark() -> None:
    tree = poisoned(whole(), "met\N{RIGHT-TO-LEFT OVERRIDE}ton\x1b[31m")
    for said in (brief.html(tree), brief.text(tree)):
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in said
        assert "\x1b" not in said
        assert "met�ton�[31m" in said


# ---- PDF


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_marking_stands_at_the_top_and_bottom_of_every_page(lang: str) -> None:
    for number, text in enumerate(pdf_pages(lang), start=1):
        lines = [x for x in text.splitlines() if x.strip()]
        assert lines[0] == "TLP:AMBER // REL TO JPN"
        assert "EXERCISE EXERCISE EXERCISE" in lines[1]
        assert sum(x == "TLP:AMBER // REL TO JPN" for x in lines) >= 2
        total = len(pdf_pages(lang))
        assert (f"page {number} of {total}" if lang == "en" else f"{number} / {total} ページ") in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_pages_to_decide_with_and_the_evidence_from_the_third(lang: str) -> None:
    pages = pdf_pages(lang)
    first = [next(x for x in p.splitlines() if "TLP" not in x and "EXERCISE EXERCISE" not in x) for p in pages]
    assert first[2] == ("Evidence" if lang == "en" else "証拠")
    front = "\n".join(pages[:2])
    for key in ("bottom", "odds", "agree", "change", "not found", "effect", "claims", "gates", "signatures"):
        assert (EN if lang == "en" else JA)[f"brief {key}"] in front
    assert "EX-2026-011" in pages[0]


def test_the_pdf_is_archivable_tagged_and_the_same_each_time() -> None:
    made = brief.pdf(whole(), signatures=SIGNATURES)
    assert made == brief.pdf(whole(), signatures=SIGNATURES)
    root: Any = PdfReader(io.BytesIO(made)).trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part(>|=\")2", metadata)
    assert re.search(r"pdfaid:conformance(>|=\")B", metadata)
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert PdfReader(io.BytesIO(made)).metadata["/CreationDate"] == "D:20261120163015Z"  # type: ignore[index]
    later = brief.pdf({**whole(), "made": "2026-11-20T16:30:16.000000Z"}, signatures=SIGNATURES)
    assert later != made


def test_text_never_becomes_markup_of_the_typesetter() -> None:
    attack = '#panic() *b* _i_ $x$ // c /* d */ `raw` @ref <l> \\ "q" = h'
    made = brief.pdf(poisoned(whole(), attack), signatures=poisoned(list(SIGNATURES), attack))
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(made)).pages)
    squeezed = re.sub(r"\s+", "", text)
    assert squeezed.count(re.sub(r"\s+", "", attack)) > 20


def test_a_long_incident_is_set_smaller_or_runs_on_and_evidence_begins_a_page_of_its_own() -> None:
    many = items() * 6
    long = assessment(incident(items=many, question="Was it " + "very " * 60 + "long?"))
    pages = [p.extract_text() for p in PdfReader(io.BytesIO(brief.pdf(long, signatures=SIGNATURES * 6))).pages]
    begins = next(k for k, p in enumerate(pages, start=1) if "\nEvidence\n" in p)
    assert begins == 3
    longer = [p.extract_text() for p in PdfReader(io.BytesIO(brief.pdf(long, signatures=SIGNATURES * 60))).pages]
    begins = next(k for k, p in enumerate(longer, start=1) if "\nEvidence\n" in p)
    assert begins > 3
    assert all("TLP:AMBER // REL TO JPN" in p for p in longer)


def test_a_redacted_record_makes_a_pdf_too() -> None:
    closed, _ = withhold(whole())
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(brief.pdf(closed, lang="ja"))).pages)
    assert "非開示" in text


def test_a_character_that_no_font_holds_is_refused_with_its_name() -> None:
    with pytest.raises(UsageError, match=r"cannot draw.*实"):
        brief.pdf({**whole(), "incident": {**whole()["incident"], "title": "实践"}})


def test_without_the_extra_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as m:
        m.setitem(sys.modules, "typst", None)
        with pytest.raises(UsageError, match=re.escape("pip install 'hoshimori[pdf]'")):
            brief.pdf(whole())
    monkeypatch.setattr(brief_pdf, "FONTS", (("no-such-package", "x.ttf"),))
    with pytest.raises(UsageError, match=re.escape("pip install 'hoshimori[pdf]'")):
        brief.pdf(whole())


# ---- terminal


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_terminal_gets_the_bottom_line_the_odds_and_the_gates_in_80_columns(lang: str) -> None:
    said = brief.text(whole(), lang=lang, signatures=SIGNATURES)
    assert max(map(cell_len, said.splitlines())) <= 80
    assert said.startswith("TLP:AMBER // REL TO JPN\nEXERCISE EXERCISE EXERCISE")
    assert said.rstrip().endswith("TLP:AMBER // REL TO JPN")
    assert all(f"\nG{k} " in said for k in range(6))


def test_a_clear_record_of_the_world_is_marked_clear() -> None:
    clear = {**whole(), "data_mode": "REAL", "marking": Marking().to_json(), "items": [], "claims": [], "gates": []}
    clear["incident"] = {**clear["incident"], "marking": Marking().to_json()}
    assert brief.text(clear).startswith("TLP:CLEAR\n\n")
    assert AMBER_JPN.with_(AMBER_BOTH) == Marking(Tlp.AMBER, frozenset({"JPN"}))
