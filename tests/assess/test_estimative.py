"""The scale of ICD 203 as published, and laws of the linter: what we generate is clean, what is planted is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.assess import estimative
from hoshimori.assess.estimative import (
    LEVELS,
    TERMS,
    confidence,
    figures,
    graded,
    likelihood,
    lint,
    percent,
    sentences,
    term,
    wording,
)
from hoshimori.errors import UsageError

PUBLISHED = [
    (1, 5, "almost no chance", "remote"),
    (5, 20, "very unlikely", "highly improbable"),
    (20, 45, "unlikely", "improbable"),
    (45, 55, "roughly even chance", "roughly even odds"),
    (55, 80, "likely", "probable"),
    (80, 95, "very likely", "highly probable"),
    (95, 99, "almost certain", "nearly certain"),
]
"""ICD 203, Analytic Standards, 2 January 2015, the table of expressions of likelihood."""

SHARES = st.floats(0.0, 1.0)
LANGUAGES = st.sampled_from(["en", "ja"])
THINGS = {
    "en": ["a technical failure", "an act of its owner, e.g. a test", "Yunhai 1-02's collision"],
    "ja": ["技術的な故障", "所有者自身の行為"],
}
FILLERS = {
    "en": [
        "The object is 53.2 km away, cf. Art. 4 of the annex.",
        "Gen. A. B. Smith of the U.S. office reported it at 12.5 GHz.",
        "Kp was 6.3 on 4 May 2026, i.e. a storm.",
        "It was looked for and not found.",
        "He said “it is likely, with high confidence, that they invoked the treaty”.",
        "Three sources graded " + graded("B2") + " tell of it.",
        "Is it an armed attack?",
        "The 95 % confidence interval is 3.1 km wide.",
        "Remote sensing satellites saw nothing.",
    ],
    "ja": [
        "距離は53.2 kmである。",
        "報告者は「敵対的である可能性が高く、確度も高い。条約が発動された」と述べた。",
        "探したが見つからなかった。",
        "出典の等級は" + graded("C3", language="ja") + "である。",
        "武力攻撃に当たるか。",
    ],
}
PLANTED = {
    "en": {
        "confidence-with-likelihood": [
            "We assess with high confidence that it is likely a failure.",
            "Confidence is low, since an act is unlikely.",
            "It is very likely; our confidence is moderate.",
            "We are confident, e.g. from 3.2 days of data, that it is probable.",
            "With moderate confidence, the share is 72 %.",
            "With low confidence, this might be a test.",
        ],
        "outside-scale": [
            "This may be a failure.",
            "It might have broken.",
            "Possibly it was hit.",
            "It is highly likely that it broke.",
            "Perhaps it drifted.",
            "It could have been a test.",
            "It is impossible.",
            "It certainly broke.",
            "A collision cannot be ruled out.",
            "There is a good chance of that.",
            "It is not likely.",
        ],
        "treaty": [
            "Article V is triggered.",
            "The treaty has been invoked.",
            "The conditions of Article 5 are met.",
            "This activates the collective defence clause.",
            "Art. V applies.",
        ],
        "hostility": [
            "It was a hostile act.",
            "This is an armed attack.",
            "It constitutes an act of war.",
            "The aggressor withdrew.",
            "The manoeuvre was malicious.",
        ],
    },
    "ja": {
        "confidence-with-likelihood": [
            "故障である可能性は高い（確度は中程度）。",
            "確度は高く、可能性は72 %である。",
            "かなりの自信をもって、ほぼ確実と判断する。",
        ],
        "outside-scale": [
            "故障かもしれない。",
            "おそらく故障である。",
            "故障の可能性がある。",
            "故障とみられる。",
            "衝突も否定できない。",
            "故障である可能性は極めて高い。",
            "確実に故障である。",
            "公算が大きい。",
            "故障だろう。",
        ],
        "treaty": ["条約第5条が発動される。", "安保条約を援用した。", "第五条の要件を満たす。", "第5条が適用される。"],
        "hostility": ["敵対的な行為であった。", "これは武力攻撃に当たる。", "相手国の悪意による。", "侵略である。"],
    },
}


@pytest.mark.parametrize(("low", "high", "first", "second"), PUBLISHED)
def test_the_scale_is_the_published_one(low: int, high: int, first: str, second: str) -> None:
    (t,) = [t for t in TERMS if t.words[0] == first]
    assert (t.words[1], round(t.low * 100), round(t.high * 100)) == (second, low, high)
    assert term((t.low + t.high) / 2) is t


def test_ranges_join_without_gap_and_every_word_is_its_own() -> None:
    assert [t.high for t in TERMS[:-1]] == [t.low for t in TERMS[1:]]
    words = [w for t in TERMS for w in (*t.words, *t.words_ja)]
    assert len(set(words)) == len(words) == 28


@settings(deadline=None)
@given(SHARES)
def test_a_share_and_its_complement_mirror_each_other(p: float) -> None:
    order = [t.term_id for t in TERMS]
    assert order.index(term(p).term_id) + order.index(term(1.0 - p).term_id) == len(order) - 1


@settings(deadline=None)
@given(SHARES, SHARES)
def test_a_higher_share_never_has_a_weaker_word(p: float, q: float) -> None:
    low, high = sorted((p, q))
    assert TERMS.index(term(low)) <= TERMS.index(term(high))


@pytest.mark.parametrize(("p", "said"), [(0.05, 1), (0.2, 2), (0.45, 3), (0.55, 3), (0.8, 4), (0.95, 5)])
def test_a_boundary_belongs_to_the_weaker_claim(p: float, said: int) -> None:
    assert TERMS.index(term(p)) == said


@settings(deadline=None)
@given(st.floats(0.0, 0.00999), LANGUAGES, st.sampled_from([1, 2]))
def test_nothing_is_impossible_and_nothing_certain(p: float, language: str, row: int) -> None:
    assert wording(p, p, language=language, row=row) == TERMS[0].word(language, row)
    assert wording(1.0 - p, 1.0 - p, language=language, row=row) == TERMS[-1].word(language, row)
    for share in (percent(p), percent(1.0 - p), percent(p, "ja"), percent(1.0 - p, "ja")):
        assert share in ("below 1 %", "above 99 %", "1 %未満", "99 %超")


@settings(deadline=None)
@given(st.lists(SHARES, min_size=3, max_size=3).map(sorted))
def test_figures_never_show_nought_or_a_hundred(shares: list[float]) -> None:
    for said in (figures(*shares), figures(*shares, language="ja")):
        assert " 0 %" not in f" {said}"
        assert "100 %" not in said


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A clean text of sentences that we generate and others that people write, as language and list."""
    language = draw(LANGUAGES)
    row = draw(st.sampled_from([1, 2]))
    made = st.one_of(
        st.builds(
            lambda what, p: likelihood(what, *sorted(p), language=language, row=row),
            st.sampled_from(THINGS[language]),
            st.lists(SHARES, min_size=3, max_size=3),
        ),
        st.builds(lambda level: confidence(level, language=language), st.sampled_from(LEVELS)),
        st.sampled_from(FILLERS[language]),
    )
    return language, draw(st.lists(made, max_size=6))


def joined(language: str, parts: list[str]) -> str:
    return (" " if language == "en" else "").join(parts)


@settings(deadline=None)
@given(texts())
def test_what_we_generate_is_always_clean(text: tuple[str, list[str]]) -> None:
    language, parts = text
    assert lint(joined(language, parts), language) == ()


@settings(deadline=None)
@given(texts(), st.data())
def test_a_planted_fault_is_always_found(text: tuple[str, list[str]], data: st.DataObject) -> None:
    language, parts = text
    code = data.draw(st.sampled_from(sorted(PLANTED[language])))
    parts.insert(data.draw(st.integers(0, len(parts))), data.draw(st.sampled_from(PLANTED[language][code])))
    assert code in {f.code for f in lint(joined(language, parts), language)}


@pytest.mark.parametrize(
    ("language", "code", "said"),
    [(lang, code, s) for lang, codes in PLANTED.items() for code, said in codes.items() for s in said],
)
def test_each_fault_is_found_alone_and_names_its_words(language: str, code: str, said: str) -> None:
    found = [f for f in lint(said, language) if f.code == code]
    assert found, f"{said!r}: {code} not found"
    assert all(part in said for f in found for part in f.found.split(" ... "))


@settings(deadline=None)
@given(LANGUAGES, SHARES, SHARES)
def test_two_rows_in_one_text_are_found_and_one_row_is_not(language: str, p: float, q: float) -> None:
    thing = THINGS[language][0]
    mixed = likelihood(thing, p, p, p, language=language, row=1) + " " + likelihood(thing, q, q, q, language=language, row=2)
    assert [f.code for f in lint(mixed, language)] == ["rows-mixed"]


@settings(deadline=None)
@given(texts())
def test_a_text_splits_into_as_many_sentences_as_it_was_made_of(text: tuple[str, list[str]]) -> None:
    language, parts = text
    assert len(sentences(joined(language, parts), language)) == len(parts)


def test_a_line_break_does_not_end_a_sentence_and_a_blank_line_does() -> None:
    assert [f.code for f in lint("With high confidence\nit is likely.")] == ["confidence-with-likelihood"]
    assert lint("Confidence: high\n\nA failure: likely") == ()


def test_what_is_asked_wrongly_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match="share of 1"):
        term(1.2)
    with pytest.raises(UsageError, match="share of 1"):
        term(float("nan"))
    with pytest.raises(UsageError, match="low end first"):
        wording(0.7, 0.2)
    with pytest.raises(UsageError, match="low, moderate, high"):
        confidence("certain")
    with pytest.raises(UsageError, match="en, ja"):
        lint("x", "fr")
    with pytest.raises(UsageError, match="Admiralty"):
        graded("G1")
    assert estimative.BY_ID["likely"].word("ja") == "高い"
