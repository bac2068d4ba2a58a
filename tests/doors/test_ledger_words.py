"""Both languages say the same about incidents, records and keys, and there is a word for every code that can come to be said."""

from __future__ import annotations

import pytest

from hoshimori.alliance.treaty import treaty
from hoshimori.assess import attribute, confidence
from hoshimori.assess.table import table
from hoshimori.doors import records
from hoshimori.doors.english_ledger import LEDGER as EN
from hoshimori.doors.english_nature import NATURE as NATURE_EN
from hoshimori.doors.english_threshold import THRESHOLD as THRESHOLD_EN
from hoshimori.doors.incident_table import answered, claimed
from hoshimori.doors.japanese_ledger import LEDGER as JA
from hoshimori.doors.japanese_nature import NATURE as NATURE_JA
from hoshimori.doors.japanese_threshold import THRESHOLD as THRESHOLD_JA
from hoshimori.judgements import ANSWERS, CLAIM_KINDS, HYPOTHESES
from hoshimori.ledger import standing
from hoshimori.ledger.acts import ACTS
from tests.doors.test_words import fields

TABLES = {"ledger": (EN, JA), "nature": (NATURE_EN, NATURE_JA), "threshold": (THRESHOLD_EN, THRESHOLD_JA)}


@pytest.mark.parametrize("name", TABLES)
def test_both_languages_have_the_same_words_with_the_same_fields(name: str) -> None:
    en, ja = TABLES[name]
    assert en.keys() == ja.keys()
    assert {k: fields(v) for k, v in en.items()} == {k: fields(v) for k, v in ja.items()}
    assert [k for k, v in ja.items() if not v.strip()] == []


def test_what_is_japanese_is_not_left_in_english() -> None:
    same = {k for k in EN if EN[k] == JA[k]}
    assert same == {"act line", "act reason", "gate"}, "words that are the same in both languages: places of fields alone"


def test_every_state_and_every_act_has_words() -> None:
    for state in (*standing.STATES, records.FALLEN):
        assert f"state {state}" in EN
    for act in ACTS:
        assert f"act {act}" in EN
    for verdict in (records.SAME, records.DIFFERENT, records.CANNOT):
        assert f"assessment {verdict}" in EN


def test_every_reason_of_an_assessment_has_words() -> None:
    for code in attribute.WHY:
        assert f"undetermined {code}" in NATURE_EN
    for code in confidence.CODES:
        assert f"confidence {code}" in NATURE_EN
    for level in confidence.LEVELS:
        assert f"level {level}" in NATURE_EN
    for hypothesis in HYPOTHESES:
        assert f"column {hypothesis}" in NATURE_EN


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_answers_and_kinds_of_claims_have_words(lang: str) -> None:
    assert all(answered(a, lang) for a in ANSWERS[:3])
    assert all(claimed(k, lang) for k in CLAIM_KINDS)


def test_questions_and_indicators_are_in_both_languages() -> None:
    for gate in treaty().gates:
        assert gate.title
        assert gate.title_ja
        assert all(c.question and c.question_ja for c in gate.criteria)
    assert [i.id for i in table().indicators.values() if not i.seen or not i.seen_ja] == []
