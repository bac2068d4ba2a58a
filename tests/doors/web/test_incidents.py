"""Incidents over the API: opened, fed, judged, assessed; read as of a moment; what is refused, and what it leaves behind."""

from __future__ import annotations

import concurrent.futures
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hoshimori.doors import evidence, incidents
from hoshimori.doors.ledgers import ledger
from hoshimori.findings import Event
from tests.conftest import Practice
from tests.doors.web.sides import Side, served

ROW = {
    "indicator": "service_lost",
    "seen": True,
    "statement": "The link went down.",
    "source": "Operator's log",
    "grade": "A2",
    "t": "2026-05-01T09:00:00Z",
    "known": "2026-05-01T12:00:00+00:00",
}
NUMBERS = itertools.count()
ODD = {
    "nul": "a\x00b",
    "escape": "a\x1b[2Jb",
    "bidi": "a\u202eb",
    "separator": "a\u2028b",
}
HOSTILE = (
    "'); DROP TABLE journal_entries; --",
    '" OR 1=1 --',
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "{{7*7}} ${7*7} #{7*7} %s %n {0}",
    "../../../../etc/passwd",
    "𠮷野家 🛰 ẞ́ ﷽ e\u0301",
    "=cmd|'/c calc'!A1",
)


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    with served(tmp_path_factory.mktemp("incidents") / "home", "JPN") as found:
        yield found


@pytest.fixture(scope="module")
def who(side: Side) -> httpx.Client:
    return side.person("A. Analyst", "JPN", "analyst")


def opened(who: httpx.Client, **more: Any) -> str:
    """A new incident: the very same request within two seconds would be answered with the one before."""
    question = f"What happened? ({next(NUMBERS)})"
    answer = who.post("/incidents", json={"title": "A link went down", "owners": ["JPN"], "question": question, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def size(side: Side) -> int:
    with ledger(side.world.home) as book:
        return book.journal.size()


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"].rpartition(":")[2])


def test_who_opens_is_who_asks(side: Side, who: httpx.Client) -> None:
    body = {
        "title": "A visitor",
        "question": "Whose is it?",
        "assets": ["jcsat-5a"],
        "subjects": ["43633"],
        "owners": ["JPN"],
        "start": "2026-05-26T00:00:00Z",
        "stop": "2026-05-27T09:00:00+09:00",
        "marking": {"tlp": "AMBER", "releasable_to": ["JPN", "USA"]},
    }
    answer = who.post("/incidents", json=body)
    made = answer.json()
    assert (made["opened_by"], made["party"], made["data_mode"]) == ("A. Analyst", "JPN", "EXERCISE")
    assert (made["start"][:19], made["stop"][:19]) == ("2026-05-26T00:00:00", "2026-05-27T00:00:00")
    assert {k: made[k] for k in ("title", "question", "assets", "subjects", "owners", "marking")} == {
        k: body[k] for k in ("title", "question", "assets", "subjects", "owners", "marking")
    }
    assert answer.headers["location"] == f"/api/v1/incidents/{made['id']}"
    assert {k: v for k, v in who.get(f"/incidents/{made['id']}").json().items() if k in made} == made
    assert who.post("/incidents", json={**body, "by": "Somebody else"}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": " begins with a space"},
        {"title": "two\nlines"},
        {"title": "x" * 301},
        {"title": None},
        {"title": 5},
        {"question": "x" * 2001},
        {"assets": "jcsat-5a"},
        {"assets": ["x"] * 201},
        {"subjects": ["1234567890"]},
        {"subjects": [43633]},
        {"owners": ["Japan"]},
        {"start": "yesterday"},
        {"start": "x" * 41},
        {"start": "2026-05-02T00:00:00Z", "stop": "2026-05-01T00:00:00Z"},
        {"start": "2999-01-01T00:00:00Z"},
        {"marking": "CLEAR"},
        {"marking": {"tlp": "PURPLE"}},
        {"marking": {"tlp": "AMBER", "releasable_to": ["JP"]}},
        {"marking": {"tlp": "RED"}},
        {"marking": {"tlp": "AMBER", "releasable_to": []}},
        {"marking": {"tlp": "AMBER", "releasable_to": ["USA"]}},
        {"unknown": 1},
        *({"title": text} for text in ODD.values()),
        *({"question": text} for text in ODD.values()),
        *({"assets": [text]} for text in ODD.values()),
    ],
)
def test_an_incident_that_cannot_be_opened_leaves_no_trace(side: Side, who: httpx.Client, wrong: dict[str, Any]) -> None:
    opened(who)
    before = size(side)
    answer = who.post("/incidents", json={"title": "A link went down", **wrong})
    assert answer.status_code in (400, 409, 422), answer.text
    assert code(answer) in ("asked-wrongly", "future", "invalid", "unreadable-marking")
    assert answer.json()["detail"] or answer.json()["errors"]
    assert size(side) == before


def test_a_body_that_is_no_json(side: Side, who: httpx.Client) -> None:
    json_ = {"Content-Type": "application/json"}
    before = size(side)
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"title": "\\ud800"}',
        b'{"\\ud800": 1, "title": "x"}',
        b"[" * 9000,
    ):
        answer = who.post("/incidents", content=body, headers=json_)
        assert answer.status_code in (400, 422), body[:20]
        assert code(answer)
    assert who.post("/incidents", content=b'{"title": "x"}', headers={"Content-Type": "text/plain"}).status_code == 415
    assert who.post("/incidents", content=b'{"title": "' + b"x" * (2 << 20) + b'"}', headers=json_).status_code == 413
    assert size(side) == before


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_kept_as_text(side: Side, who: httpx.Client, text: str) -> None:
    number = opened(who, title=text, question=f"{text}\n{text}", assets=[text])
    told = {**ROW, "statement": text, "source": text}
    claim = {k: told[k] for k in ("statement", "source", "grade", "t", "known")} | {
        "kind": "denial",
        "speaker": text,
        "actor": text,
    }
    assert who.post(f"/incidents/{number}/evidence", json={"items": [told], "claims": [claim]}).status_code == 200
    answer = {"criterion": "affected-or-threatened", "answer": "met", "reason": text}
    assert who.post(f"/incidents/{number}/judgements", json=answer).json()["reason"] == text
    assert who.post(f"/incidents/{number}/assessments", json={}).status_code == 201
    tree = who.get(f"/incidents/{number}").json()
    assert (tree["title"], tree["question"], tree["assets"]) == (text, f"{text}\n{text}", [text])
    assert (tree["items"][0]["statement"], tree["claims"][0]["speaker"]) == (text, text)
    page = who.get(f"/incidents/{number}/brief")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert who.get(f"/incidents/{number}/brief?format=text").status_code == 200
    with ledger(side.world.home) as book:
        book.journal.check()


def test_findings_come_from_the_book_and_from_records(side: Side, who: httpx.Client, practice: Practice) -> None:
    events = [e.to_json() for e in practice.sweep.events if e.kind == "stay" and not e.normal][:2]
    first = Event.from_json(events[0])
    side.world.duty.keep_sweep("findings", "japan-comms", first.as_of_utc, {"as_of": events[0]["as_of"]}, events)
    number = opened(who)
    added = who.post(f"/incidents/{number}/findings", json={"event_ids": [events[0]["id"]]}).json()
    assert added["items"]
    assert added["passed_over"] == 0
    again = who.post(f"/incidents/{number}/findings", json={"events": events[:1]}).json()
    assert (again["items"], again["passed_over"]) == ([], len(added["items"]))
    told = {i["id"]: i for i in who.get(f"/incidents/{number}").json()["items"]}
    assert set(told) == set(added["items"])
    assert {i["event"] for i in told.values()} == {events[0]["id"]}
    before = size(side)
    real = {**events[0], "data_mode": "REAL"}
    for body, expected in (
        ({}, "invalid"),
        ({"event_ids": ["0" * 32]}, "not-found"),
        ({"event_ids": ["../x"]}, "invalid"),
        ({"events": [{}]}, "asked-wrongly"),
        ({"events": [[]]}, "invalid"),
        ({"events": [{**events[0], "label": "another"}]}, "asked-wrongly"),
        ({"events": [{**events[0], "quantities": {"x": {"value": "NaN", "unit": "km"}}}]}, "asked-wrongly"),
        ({"events": [{**events[0], "minima": 5}]}, "asked-wrongly"),
        ({"events": [{**events[0], "kind": "<b>\u202e"}]}, "invalid"),
        ({"events": [{**real, "id": Event.from_json(real).event_id}]}, "data-mode"),
        ({"events": events[:1], "marking": {"tlp": "AMBER"}}, "marked-otherwise"),
    ):
        assert code(who.post(f"/incidents/{number}/findings", json=body)) == expected, body
    assert size(side) == before


def test_evidence_is_the_same_as_toml_and_as_json(side: Side, who: httpx.Client) -> None:
    template = who.get("/incidents/template")
    assert template.headers["content-type"] == "application/toml"
    assert template.text == evidence.TEMPLATE
    one, other = opened(who), opened(who, title="Another")
    toml = {"Content-Type": "text/toml; charset=utf-8"}
    added = who.post(f"/incidents/{one}/evidence", content=template.content, headers=toml).json()
    tree = who.get(f"/incidents/{one}").json()
    keep = {"items": ("indicator", "seen"), "claims": ("kind", "speaker", "actor", "about")}
    rows = {
        kind: [{k: r[k] for k in (*names, "statement", "source", "grade", "t", "known")} for r in tree[kind]]
        for kind, names in keep.items()
    }
    same = who.post(f"/incidents/{other}/evidence", json=rows).json()
    assert (same["items"], same["claims"]) == (added["items"], added["claims"])
    assert tree["items"][0]["text"]["grade"].startswith("B2")
    ja = who.get(f"/incidents/{one}?lang=ja").json()["items"][0]
    assert ja["statement"] == tree["items"][0]["statement"]
    assert ja["text"]["indicator"] != tree["items"][0]["text"]["indicator"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, 422),
        ([], 422),
        ({"items": []}, 422),
        ({"items": [{}]}, 422),
        ({"items": "x"}, 422),
        ({"item": [ROW], "items": [ROW]}, 422),
        ({"items": [ROW], "more": []}, 422),
        ({"items": [{**ROW, "grade": "Z9"}]}, 422),
        ({"items": [{**ROW, "seen": "yes"}]}, 422),
        ({"items": [{**ROW, "indicator": "no such thing"}]}, 422),
        ({"items": [{**ROW, "t": "2026-05-01T09:00:00"}]}, 422),
        ({"items": [{**ROW, "t": "0001-01-01T00:00:00+14:00"}]}, 422),
        ({"items": [{**ROW, "t": 5}]}, 422),
        ({"items": [{**ROW, "known": "2026-04-01"}]}, 422),
        ({"items": [{**ROW, "known": "2999-04-01", "t": "2026-04-01"}]}, 409),
        ({"items": [{**ROW, "unknown": 1}]}, 422),
        ({"items": [{**ROW, "tlp": "RED"}]}, 422),
        ({"items": [{**ROW, "tlp": "AMBER", "releasable_to": ["USA"]}]}, 422),
        ({"items": [{**ROW, "releasable_to": "JPN"}]}, 422),
        ({"items": [{**ROW, "contradicts": [1]}]}, 422),
        ({"items": [{**ROW, "statement": "x" * 20_001}]}, 422),
        ({"items": [ROW] * 1001}, 422),
        *(({"items": [{**ROW, "statement": text}]}, 422) for text in ODD.values()),
        *(({"items": [{**ROW, text: 1}]}, 422) for text in ODD.values()),
        ({"claims": [{**ROW, "kind": "rumour"}]}, 422),
    ],
)
def test_evidence_with_a_mistake_is_not_used_at_all(side: Side, who: httpx.Client, body: Any, expected: int) -> None:
    number = opened(who, title=f"Wrong {json.dumps(body)[:60]!r}".replace("\\", "/")[:250])
    before = size(side)
    answer = who.post(f"/incidents/{number}/evidence", json=body)
    assert answer.status_code == expected, answer.text
    assert code(answer)
    assert size(side) == before


def test_evidence_in_another_form(side: Side, who: httpx.Client) -> None:
    number = opened(who)
    before = size(side)
    for body, kind, status in (
        (b"[[item]]\nindicator =", "text/toml", 422),
        (b"\xff\xfe", "text/toml", 422),
        (b"a = " + b"[" * 5000, "text/toml", 422),
        (b"[" * 50_000, "application/json", 422),
        (b'{"items": NaN}', "application/json", 422),
        (b"x" * (1024 * 1024 + 1), "text/toml", 413),
        (b"<items/>", "application/xml", 415),
        (evidence.TEMPLATE.encode(), "", 415),
    ):
        answer = who.post(f"/incidents/{number}/evidence", content=body, headers={"Content-Type": kind})
        assert answer.status_code == status, (body[:20], answer.text)
    assert size(side) == before


def test_answers_of_persons_of_both_parties(side: Side, who: httpx.Client) -> None:
    number = opened(who)
    ally, abe = side.person("B. Brown", "USA", "analyst"), side.person("C. Abe", "JPN", "analyst")
    question = {"criterion": "affected-or-threatened", "reason": "Its owner must watch it."}

    def say(person: httpx.Client, answer: str, **more: Any) -> httpx.Response:
        return person.post(f"/incidents/{number}/judgements", json={**question, "answer": answer, **more})

    first = say(who, "met").json()
    assert (first["by"], first["party"], first["answer"]) == ("A. Analyst", "JPN", "met")
    assert code(say(abe, "not met")) == "contradicts-own-party"
    assert say(abe, "not met", dissent=True).status_code == 201
    assert say(ally, "not met").status_code == 201
    row = gate(who, number, "affected-or-threatened")
    assert row["answer"] == "disputed"
    assert [(p["by"], p["answer"], p["dissent"]) for p in row["by"]] == [
        ("A. Analyst", "met", False),
        ("C. Abe", "not met", True),
        ("B. Brown", "not met", False),
    ]
    assert all(p["at"] and p["reason"] for p in row["by"])
    assert code(say(who, "undetermined")) == "answered-before"
    assert say(who, "not met", supersedes=first["id"][:8]).status_code == 201
    assert gate(who, number, "affected-or-threatened")["answer"] == "not met"
    for wrong, expected in (
        ({"criterion": "affected"}, "unknown-criterion"),
        ({"criterion": "party-owns"}, "machine-fact"),
        ({"criterion": "certain-circumstances"}, "for-ministers"),
        ({"criterion": "G5"}, "for-ministers"),
        ({"answer": "disputed"}, "invalid"),
        ({"reason": ""}, "invalid"),
        ({"reason": ODD["bidi"]}, "invalid"),
        ({"reason": "x" * 20_001}, "invalid"),
        ({"by": "Another"}, "invalid"),
        ({"supersedes": "0" * 32}, "not-found"),
        ({"marking": {"tlp": "RED", "releasable_to": ["JPN"]}}, "unreadable-marking"),
    ):
        body = {**question, "criterion": "security-threatened", "answer": "met", **wrong}
        assert code(ally.post(f"/incidents/{number}/judgements", json=body)) == expected


def gate(who: httpx.Client, number: str, criterion: str, lang: str = "en") -> dict[str, Any]:
    gates = who.get(f"/incidents/{number}/gates?lang={lang}").json()["gates"]
    return next(c for g in gates for c in g["criteria"] if c["id"] == criterion)


def test_gates_end_at_the_conditions_for_requesting_consultation(side: Side, who: httpx.Client) -> None:
    number = opened(who)
    who.post(f"/incidents/{number}/evidence", json={"items": [ROW]})
    for criterion in ("affected-or-threatened", "might-impede-use", "security-threatened"):
        body = {"criterion": criterion, "answer": "met", "reason": "As reported."}
        assert who.post(f"/incidents/{number}/judgements", json=body).status_code == 201
    for lang, said in (("en", "request"), ("ja", "協議")):
        tree = who.get(f"/incidents/{number}/gates?lang={lang}").json()
        assert [g["id"] for g in tree["gates"]] == ["G0", "G1", "G2", "G3", "G4", "G5"]
        assert [g["answer"] for g in tree["gates"][:4]] == ["met"] * 4
        assert tree["gates"][5]["answer"] == "undetermined"
        assert tree["gates"][5]["human_only"]
        assert (tree["consultation"]["answer"], tree["consultation"]["gate"]) == ("met", "G3")
        assert said in tree["consultation"]["text"]
        assert not re.search(r"(treaty|article [iv]+) (is|was) invoked|invokes", json.dumps(tree), re.I)


def test_matrix_holds_two_readings_side_by_side(side: Side, who: httpx.Client) -> None:
    number = opened(who)
    absent = {**ROW, "indicator": "effect_none", "seen": False, "statement": "Looked at all beams."}
    who.post(f"/incidents/{number}/evidence", json={"items": [ROW, absent, {**ROW, "indicator": "", "statement": "Carried."}]})
    assert who.get(f"/incidents/{number}/matrix").status_code == 404
    made = who.post(f"/incidents/{number}/assessments", json={}).json()
    whole = who.get(f"/incidents/{number}/assessments/latest").json()
    for lang in ("en", "ja"):
        tree = who.get(f"/incidents/{number}/matrix?lang={lang}").json()
        assert tree["assessment"] == made["id"] == whole["id"]
        reference = whole["assessment"]
        assert [h["id"] for h in tree["hypotheses"]] == list(reference["ach"]["inconsistency"]) or len(tree["hypotheses"]) == 8
        assert {r["item"]: r["marks"] for r in tree["rows"]} == {r["item"]: r["marks"] for r in reference["ach"]["rows"]}
        assert {h["id"]: h["value"] for h in tree["hypotheses"]} == {h: o["value"] for h, o in reference["bayes"]["odds"].items()}
        assert len(tree["unweighed"]) == 1
        assert len(tree["would_change"]) == len(reference["would_change"])
        assert [n["indicator"] for n in tree["not_looked"]] == reference["not_looked"]
        assert [n["item"] for n in tree["not_found"]] == reference["not_found"]
        assert all(n["text"] for n in (*tree["not_looked"], *tree["not_found"], *tree["would_change"]))
        assert (tree["verdict"], tree["agree"]) == (reference["verdict"], reference["agree"])
    english, japanese = (who.get(f"/incidents/{number}/matrix?lang={w}").json() for w in ("en", "ja"))
    assert english["hypotheses"][0]["name"] == "a natural cause"
    assert japanese["hypotheses"][0]["name"] == "自然現象"


def test_two_moments(side: Side, who: httpx.Client) -> None:
    number = opened(who)
    who.post(f"/incidents/{number}/evidence", json={"items": [ROW]})
    first = who.get(f"/incidents/{number}").json()["as_of"]
    late = {**ROW, "statement": "Known later.", "t": "2026-05-01", "known": "2026-06-01"}
    who.post(f"/incidents/{number}/evidence", json={"items": [late]})
    then = "2026-05-15T00:00:00Z"

    def statements(query: str) -> list[str]:
        return [i["statement"] for i in who.get(f"/incidents/{number}?{query}").json()["items"]]

    assert statements("") == [ROW["statement"], "Known later."]
    assert statements(f"as_of={then}") == [ROW["statement"]]  # what could have been known then
    assert statements(f"recorded_by={first}") == [ROW["statement"]]  # what stood in the ledger then
    assert statements(f"as_of=2026-05-01T10:00:00Z&recorded_by={first}") == []
    assert who.get(f"/incidents/{number}?recorded_by={then}").status_code == 404  # it was opened after that
    assert who.get(f"/incidents/{number}?as_of=yesterday").status_code == 400
    made = who.post(f"/incidents/{number}/assessments", json={"as_of": then}).json()
    assert (made["items"], made["left_out"]["known_later"]) == (1, 1)
    now = who.post(f"/incidents/{number}/assessments", json={}).json()
    assert now["items"] == 2
    assert who.get(f"/incidents/{number}/assessments/latest").json()["id"] == now["id"]
    assert who.get(f"/incidents/{number}/assessments/latest?as_of={then}").json()["id"] == made["id"]
    assert [a["id"] for a in who.get(f"/incidents/{number}/assessments").json()["items"]] == [now["id"], made["id"]]
    assert who.post(f"/incidents/{number}/assessments", json={"as_of": "2999-01-01"}).status_code == 409
    row = next(r for r in who.get(f"/incidents?as_of={then}").json()["items"] if r["id"] == number)
    assert row["counts"]["items"] == 1


def test_an_assessment_for_others_leaves_out_what_they_may_not_read(side: Side, who: httpx.Client) -> None:
    number, usa = opened(who), side.person("B. Brown", "USA", "viewer")
    closed = {**ROW, "statement": "CNRY closed", "tlp": "RED", "releasable_to": ["JPN"]}
    who.post(f"/incidents/{number}/evidence", json={"items": [ROW, closed]})
    whole = who.post(f"/incidents/{number}/assessments", json={}).json()
    assert whole["marking"] == {"tlp": "RED", "releasable_to": ["JPN"]}
    assert usa.get(f"/incidents/{number}/assessments/latest").status_code == 404
    assert usa.get(f"/incidents/{number}/matrix").status_code == 404
    shared = who.post(f"/incidents/{number}/assessments", json={"releasable_to": ["USA"]}).json()
    assert (shared["items"], shared["left_out"]["not_releasable"], shared["marking"]) == (1, 1, {"tlp": "CLEAR"})
    assert usa.get(f"/incidents/{number}/assessments/latest").json()["id"] == shared["id"]
    newest = who.post(f"/incidents/{number}/assessments", json={"as_of": "2026-05-20"}).json()
    assert who.get(f"/incidents/{number}/assessments/latest").json()["id"] == newest["id"]
    assert usa.get(f"/incidents/{number}/assessments/latest").json()["id"] == shared["id"]
    assert usa.get(f"/incidents/{number}/brief").headers["x-marking"] == "TLP:CLEAR"
    assert "CNRY" not in usa.get(f"/incidents/{number}/brief").text
    assert who.get(f"/incidents/{number}/brief").headers["x-marking"] == "TLP:RED // REL TO JPN"


def test_the_brief_is_a_page_that_runs_nothing(side: Side, who: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(who, title="<script>alert(1)</script>")
    who.post(f"/incidents/{number}/evidence", json={"items": [ROW]})
    assert code(who.get(f"/incidents/{number}/brief")) == "not-found"
    who.post(f"/incidents/{number}/assessments", json={})
    page = who.get(f"/incidents/{number}/brief?lang=ja")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert "<script" not in page.text
    assert "結論" in page.text
    assert "EXERCISE EXERCISE EXERCISE" in page.text
    assert who.get(f"/incidents/{number}/brief?format=text").headers["content-type"].startswith("text/plain")
    assert who.get(f"/incidents/{number}/brief?format=doc").status_code == 422
    pdf = who.get(f"/incidents/{number}/brief?format=pdf")
    assert pdf.content.startswith(b"%PDF-1.7")
    assert pdf.headers["content-disposition"] == f'attachment; filename="{number}-en.pdf"'
    assert pdf.headers["x-marking"] == "TLP:CLEAR"
    monkeypatch.setitem(__import__("sys").modules, "typst", None)  # as where the extra was not installed
    who.post(f"/incidents/{number}/evidence", json={"items": [{**ROW, "statement": "More."}]})
    who.post(f"/incidents/{number}/assessments", json={})
    missing = who.get(f"/incidents/{number}/brief?format=pdf")
    assert (missing.status_code, code(missing)) == (503, "pdf-missing")
    assert "hoshimori[pdf]" in missing.json()["detail"]


def test_the_same_request_twice_at_once_does_nothing_twice(side: Side, who: httpx.Client) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: who.post("/incidents", json={"title": "Twice"}), range(8)))
        assert {a.status_code for a in answers} == {201}
        assert len({a.json()["id"] for a in answers}) == 1
        number = answers[0].json()["id"]
        list(pool.map(lambda _: who.post(f"/incidents/{number}/evidence", json={"items": [ROW]}), range(8)))
        assert len(who.get(f"/incidents/{number}").json()["items"]) == 1
        made = list(pool.map(lambda _: who.post(f"/incidents/{number}/assessments", json={}), range(8)))
        assert len({a.json()["id"] for a in made}) == 1
        body = {"criterion": "affected-or-threatened", "answer": "met", "reason": "x"}
        told = list(pool.map(lambda _: who.post(f"/incidents/{number}/judgements", json=body), range(8)))
        assert len({a.json().get("id") for a in told}) == 1
    tree = who.get(f"/incidents/{number}").json()
    assert (len(tree["judgements"]), len(tree["assessments"])) == (1, 1)
    assert len(incidents.assessments(number, home=side.world.home)) == 1


def test_an_empty_ledger_is_not_made_by_reading(tmp_path: Path) -> None:
    with served(tmp_path / "home", "JPN") as empty:
        viewer = empty.person("V. Iewer", "JPN", "viewer")
        assert viewer.get("/incidents").json()["items"] == []
        assert viewer.get("/records").json()["total"] == 0
        assert viewer.get("/keyring").json()["keyring"] is None
        assert viewer.get("/keys").json()["items"] == []
        assert viewer.get("/bundles").json()["total"] == 0
        assert viewer.get("/incidents/JPN-2026-0001").status_code == 404
        assert not (tmp_path / "home" / "ledger").exists()


def test_indicators_in_both_languages(who: httpx.Client) -> None:
    english = who.get("/indicators").json()
    assert english["total"] == len(english["items"]) > 30
    found = who.get("/indicators?q=service&lang=ja").json()
    assert 0 < found["total"] < english["total"]
    assert all(row["text"] == row["seen_ja"] for row in found["items"])
    page = who.get("/indicators?limit=10").json()
    assert [i["id"] for i in who.get(f"/indicators?limit=10&cursor={page['next']}").json()["items"]] == [
        i["id"] for i in english["items"][10:20]
    ]
