"""Every route about incidents, records, bundles and keys, for every role of every party: what may be read, to the byte."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from hoshimori.doors.ledgers import ledger
from hoshimori.doors.web import policy
from hoshimori.doors.web.routes import bundles, incident_acts, incidents, records
from hoshimori.judgements import Marking, Tlp
from tests.doors.web.planted import EVERYBODY, MARKINGS, Planted, plant
from tests.doors.web.sides import PASSPHRASE, ROLES, Keys, Side, keys, served

ROUTERS = (incidents.router, incident_acts.router, records.router, bundles.router)
NOT_HELD = {"incident_id": "JPN-1999-0001", "record": "0" * 64, "bundle": "0" * 64}


@dataclass(frozen=True)
class Floor:
    side: Side
    told: Planted
    held: Keys
    bundles: dict[str, str]
    people: dict[tuple[str | None, str], httpx.Client]


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    place = tmp_path_factory.mktemp("released")
    held = keys(place)
    told = plant(place / "home", held)
    with served(place / "home", "JPN", keys=held.japan) as side:
        people = {(p, r): side.person(f"{r} of {p}", p, r) for p in EVERYBODY for r in ROLES}
        signer, sent = people["JPN", "signer"], {}
        for name, record, reader in (("own", "whole", "JPN"), ("to USA", "whole", "USA"), ("public", "shared", "public")):
            asked = {"reader": reader, "key": "sato", "passphrase": PASSPHRASE}
            zipped = signer.post(f"/records/{told.records[record]}/bundle", json=asked)
            done = signer.post("/bundles", content=zipped.content, headers={"Content-Type": "application/zip"})
            assert done.status_code == 201, done.text
            sent[name] = done.json()["bundle"]
        told.canaries |= dict.fromkeys(sent.values(), Marking(Tlp.GREEN, frozenset({"JPN"})))  # what lies here is for its party
        yield Floor(side, told, held, sent, people)


def routes(method: str) -> list[str]:
    found = [r.path for router in ROUTERS for r in router.routes if isinstance(r, APIRoute) and method in (r.methods or ())]
    assert found
    return sorted(set(found))


def addresses(floor: Floor, path: str) -> list[str]:
    """A route with every name that it could be asked for, in every form that it has."""
    known = {
        "incident_id": [*floor.told.incidents.values()],
        "record": [*floor.told.records.values(), floor.told.records["red"][:8]],
        "bundle": [*floor.bundles.values()],
    }
    names = re.findall(r"\{(\w+)\}", path)
    assert set(names) <= set(known), f"{path}: this test does not know what to ask it for"
    more = [""]
    if path.endswith("/brief"):
        more = ["", "?format=pdf", *(f"?format={f}&lang=ja" for f in ("html", "text"))]
    elif path != "/incidents/template":
        more = ["", "?lang=ja"]
        more += ["?as_of=2026-05-21T00:00:00Z", "?as_of=now"]
        if path.endswith("{incident_id}"):
            more += ["?recorded_by=2999-01-01T00:00:00Z", "?recorded_by=2001-01-01T00:00:00Z"]
    choices = [[*known[n], NOT_HELD[n]] for n in names]
    filled = [path.format(**dict(zip(names, values, strict=True))) for values in itertools.product(*choices)]
    return [f"{a}{q}" for a in filled for q in more]


def said(answer: httpx.Response) -> str:
    """Everything that an answer tells, headers too; what a PDF holds as text."""
    text = answer.content.decode("utf-8", "replace")
    if answer.headers.get("content-type") == "application/pdf":
        pdf = pypdf.PdfReader(io.BytesIO(answer.content))
        text = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
        text += json.dumps({k: str(v) for k, v in (pdf.metadata or {}).items()})
    return text + json.dumps(dict(answer.headers))


@pytest.mark.slow
@pytest.mark.parametrize("party", EVERYBODY)
def test_nothing_that_a_party_may_not_read_leaves_by_any_route(floor: Floor, party: str | None) -> None:
    never, left, seen = floor.told.never(party), set(floor.told.always(party)), ""
    models = {
        r.path: r.response_model for o in ROUTERS for r in o.routes if isinstance(r, APIRoute) and "GET" in (r.methods or ())
    }
    for path, role in itertools.product(routes("GET"), ROLES):
        for address in addresses(floor, path):
            if "?" in address and role != "viewer":
                continue  # a party may read the same in every role: each is asked for each route, viewers in every form
            answer = floor.people[party, role].get(address)
            assert answer.status_code in (200, 404), f"{address}: {answer.text}"
            if answer.status_code == 200 and (model := models[path]) is not None:
                TypeAdapter(model).validate_json(answer.content, strict=True)
            text = said(answer)
            for asked in re.findall("[0-9a-f]{8,}|[A-Z]{3}-[0-9-]+", address) if answer.status_code == 404 else ():
                text = text.replace(asked, "").replace(asked[:16], "")  # the name that was asked for is told back
            assert [c for c in never if c in text] == [], f"{party} {role} {address}"
            seen += text
            left -= {c for c in left if c in text}
    hidden = {v for k, v in floor.told.incidents.items() if not MARKINGS[k].may_read(party)}
    assert not [c for c in left if c.startswith("CNRY")], "what a party may read is there for it"
    assert not [n for n in hidden if f'"{n}"' in seen]


def test_nobody_is_told_anything_without_coming_in(floor: Floor) -> None:
    for path in routes("GET"):
        for address in addresses(floor, path):
            answer = floor.side.nobody().get(address)
            assert answer.status_code == 401, address
            assert "CNRY" not in answer.text


def test_what_is_not_released_looks_like_what_is_not_there(floor: Floor) -> None:
    """The same status, the same words but for the name that was asked for."""
    usa, hidden = floor.people["USA", "analyst"], floor.told.incidents["red"]
    for path in (p for p in routes("GET") if "{incident_id}" in p):
        one, other = (usa.get(path.format(incident_id=n)) for n in (hidden, NOT_HELD["incident_id"]))
        assert one.status_code == other.status_code == 404
        assert one.text.replace(hidden, "X") == other.text.replace(NOT_HELD["incident_id"], "X")
    for path in (p for p in routes("GET") if "{record}" in p):
        names = (floor.told.records["red"], NOT_HELD["record"])
        mine, none = (usa.get(path.format(record=r)).text.replace(r, "X").replace(r[:16], "X") for r in names)
        assert mine == none


def test_each_piece_is_shown_whole_or_withheld_whole(floor: Floor) -> None:
    number = floor.told.incidents["clear"]
    whole = floor.people["JPN", "viewer"].get(f"/incidents/{number}").json()
    for party in EVERYBODY:
        tree = floor.people[party, "viewer"].get(f"/incidents/{number}").json()
        for kind, reference in (("items", "contradicts"), ("claims", "contradicts"), ("judgements", "supersedes")):
            assert len(tree[kind]) == len(whole[kind])
            for shown, full in zip(tree[kind], whole[kind], strict=True):
                if not Marking.from_json(full["marking"]).may_read(party):
                    assert shown == {"withheld": {"marking": full["marking"]}}
                elif "markings" in shown:
                    assert set(shown[reference]) == {"withheld"}
                    assert {k: v for k, v in shown.items() if k not in (reference, "markings")} == {
                        k: v for k, v in full.items() if k != reference
                    }
                else:
                    assert shown == full
        assert not any("markings" in row for kind in ("items", "judgements") for row in whole[kind])


def test_lists_count_what_may_be_read(floor: Floor) -> None:
    for party in EVERYBODY:
        page = floor.people[party, "viewer"].get("/incidents").json()
        readable = [n for k, n in floor.told.incidents.items() if MARKINGS[k].may_read(party)]
        assert [row["id"] for row in page["items"]] == readable[::-1]
        assert page["total"] == len(readable)
        one = floor.people[party, "viewer"].get("/incidents?limit=1").json()
        assert (one["total"], one["next"] is None) == (len(readable), len(readable) == 1)
    told = {p: floor.people[p, "viewer"].get("/records").json() for p in EVERYBODY}
    assert [told[p]["total"] for p in ("JPN", "USA", None)] == [3, 1, 0]


@pytest.mark.slow
def test_what_is_derived_for_a_reader_is_the_same_as_if_the_rest_had_never_been(floor: Floor, tmp_path: Path) -> None:
    """Counts, gates, matrix, verdict, states, briefs: equal in a ledger that never held the closed pieces."""
    held = keys(tmp_path)
    told = plant(tmp_path / "home", held, with_closed=False)
    with served(tmp_path / "home", "JPN", keys=held.japan) as bare:
        for party in ("USA", "AUS", None):
            here, there = floor.people[party, "analyst"], bare.person("analyst", party, "analyst")
            for path in ("", "/assessments", "/assessments/latest", "/gates", "/matrix", "/brief?format=text", "/brief"):
                one = here.get(f"/incidents/{floor.told.incidents['clear']}{path}")
                other = there.get(f"/incidents/{told.incidents['clear']}{path}")
                assert one.status_code == other.status_code, path
                assert plain(one) == plain(other), f"{party} {path}"
            assert plain(here.get("/incidents")) == plain(there.get("/incidents"))


def plain(answer: httpx.Response) -> Any:
    """An answer without what differs between any two ledgers (times, digests, numbers of incidents, numbers of canaries), and
    without the places of withheld pieces and their number, which the product leaves in the open (docs/bundle.md)."""
    text = answer.text
    for pattern, name in (
        (r"CNRY-([a-z -]+)-\d{3}x", r"\1"),
        (r"\b[0-9a-f]{64}\b", "SHA"),
        (r"\b[0-9a-f]{32}\b", "ID"),
        (r"\b[0-9a-f]{16}\b|\b[0-9a-f]{8}\b…", "ID"),
        (r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\.\d+Z)?( UTC \([^)]*JST\))?", "T"),
        (r"JPN-\d{4}-\d{4}", "NUMBER"),
        (r'"(not_releasable|withheld)":\d+', r'"\1":0'),
        (r"<span>Cannot be true together with: (ID(, )?)+</span>", ""),  # first digits of names, as docs/brief.md says
        (r"\d+ records not releasable to all readers", "N records not releasable to all readers"),
    ):
        text = re.sub(pattern, name, text)
    if "json" not in answer.headers["content-type"]:
        return text
    return _without_places(json.loads(text))


def _without_places(tree: Any) -> Any:
    if isinstance(tree, dict):
        named = tree.get("markings", {})
        empty: dict[str, Any] = {"contradicts": [], "supersedes": ""}
        found = {k: empty[k] if k in named and k in empty else _without_places(v) for k, v in tree.items()}
        return {k: v for k, v in found.items() if k != "markings" or not set(v) <= set(empty)}
    if isinstance(tree, list):
        return [_without_places(v) for v in tree if not (isinstance(v, dict) and set(v) == {"withheld"})]
    return tree


@pytest.mark.slow
def test_who_may_write_what(floor: Floor) -> None:
    """Every write, every role, every party: refused by name, and the ledger does not grow."""
    refused_roles = {"viewer", "admin"}
    bodies = writes(floor)
    assert {p for p, _ in bodies} == set(routes("POST"))
    size = ledger_size(floor)
    for path, body in bodies:
        signing = path in ("/records",) or path.endswith(("/withdraw", "/bundle", "/concur", "/dissent"))
        for party, role in itertools.product(EVERYBODY, ROLES):
            if party == "JPN" and role not in refused_roles and not (signing and role == "analyst"):
                continue
            if path.endswith("/judgements") and party == "USA" and role not in refused_roles:
                continue
            for address in writable(floor, path):
                answer = floor.people[party, role].post(address, **body)
                code = answer.json()["type"].rpartition(":")[2]
                forbidden = role in refused_roles or (signing and role == "analyst")
                assert code == "forbidden" if forbidden else code in ("wrong-party", "unknown-party", "not-found"), (
                    address,
                    code,
                )
                assert "CNRY" not in answer.text
    for path, body in bodies:
        for address in writable(floor, path):
            assert floor.side.nobody().post(address, **body).status_code == 401
    assert ledger_size(floor) == size


def writes(floor: Floor) -> list[tuple[str, dict[str, Any]]]:
    key = {"key": "sato", "passphrase": PASSPHRASE}
    zipped = {"content": b"PK", "headers": {"Content-Type": "application/zip"}}
    return [
        ("/incidents", {"json": {"title": "x"}}),
        ("/incidents/{incident_id}/findings", {"json": {"event_ids": ["0" * 32]}}),
        ("/incidents/{incident_id}/evidence", {"content": b"", "headers": {"Content-Type": "text/toml"}}),
        (
            "/incidents/{incident_id}/judgements",
            {"json": {"criterion": "security-threatened", "answer": "met", "reason": "x"}},
        ),
        ("/incidents/{incident_id}/assessments", {"json": {}}),
        ("/records", {"json": {"incident": floor.told.incidents["clear"], **key}}),
        ("/records/{record}/withdraw", {"json": {"reason": "x", **key}}),
        ("/records/{record}/bundle", {"json": {"reader": "USA", **key}}),
        ("/bundles", zipped),
        ("/bundles/{bundle}/receive", {}),
        ("/bundles/{bundle}/concur", {"json": key}),
        ("/bundles/{bundle}/dissent", {"json": {"reason": "x", **key}}),
    ]


def writable(floor: Floor, path: str) -> list[str]:
    return [a for a in addresses(floor, path) if "?" not in a]


def ledger_size(floor: Floor) -> int:
    with ledger(floor.side.world.home) as book:
        return book.journal.size()


def test_a_refusal_does_not_tell_of_what_is_hidden(floor: Floor) -> None:
    usa, number = floor.people["USA", "analyst"], floor.told.incidents["clear"]
    never = floor.told.never("USA")
    hidden = next(c for c in never if re.fullmatch("[0-9a-f]{32}", c))
    for body in (
        {"criterion": "affected-or-threatened", "answer": "met", "reason": "x", "supersedes": hidden},
        {"criterion": "might-impede-use", "answer": "met", "reason": "x", "dissent": True},
        {"criterion": "might-impede", "answer": "met", "reason": "x"},
        {"criterion": "certain-circumstances", "answer": "met", "reason": "x"},
    ):
        answer = usa.post(f"/incidents/{number}/judgements", json=body)
        assert answer.status_code in (404, 409), answer.text
        text = answer.text.replace(str(body.get("supersedes")), "")
        assert not [c for c in never if c in text]
        assert "K. Closed" not in text
    gone = usa.post(f"/incidents/{floor.told.incidents['red']}/judgements", json=body)
    assert gone.status_code == 404


def test_the_feed_tells_a_party_only_of_what_it_may_read(floor: Floor) -> None:
    jpn = floor.people["JPN", "signer"]
    body = {"title": "CNRY-fed", "marking": {"tlp": "RED", "releasable_to": ["JPN"]}}
    number = jpn.post("/incidents", json=body).json()["id"]
    jpn.post(f"/incidents/{number}/assessments", json={})
    jpn.post("/records", json={"incident": number, "key": "sato", "passphrase": PASSPHRASE})
    lines = [c for c in floor.side.world.duty.changes(0, limit=10_000) if c.topic in ("incident", "record")]
    mine = [c for c in lines if c.record.get("incident") == number]
    assert [c.record["what"] for c in mine] == ["opened", "assessed", "signed"]
    assert all("marking" in c.record for c in lines)
    assert "CNRY" not in json.dumps([dict(c.record) for c in lines])
    for party in ("USA", "AUS", None):
        assert all(set(policy.shown(dict(c.record), party)) == {"withheld"} for c in mine)
    assert number not in floor.people["USA", "viewer"].get("/incidents").text


def test_a_passphrase_and_a_key_are_in_no_answer_and_no_line_of_the_log(floor: Floor) -> None:
    jpn, number = floor.people["JPN", "signer"], floor.told.incidents["clear"]
    secret = (floor.held.japan / "sato.pem").read_text().splitlines()[1]
    for body in (
        {"incident": number, "key": "sato", "passphrase": "SECRET-wrong"},
        {"incident": number, "key": "sato", "passphrase": {"SECRET-wrong": 1}},
        {"incident": number, "key": "SECRET-wrong/../sato", "passphrase": ["SECRET-wrong"]},
        {"incident": number, "record": "SECRET-wrong", "key": "sato", "passphrase": "SECRET-wrong"},
        {"incident": number, "key": "smith", "passphrase": "SECRET-wrong"},
    ):
        answer = jpn.post("/records", json=body)
        assert answer.status_code in (403, 404, 422), answer.text
        assert "SECRET-wrong" not in answer.text
    log = floor.side.service.log.getvalue()
    assert log
    for word in ("SECRET-wrong", PASSPHRASE, secret):
        assert word not in log
    assert secret not in jpn.get("/keys").text
    files = [p for p in floor.side.world.home.rglob("*") if p.is_file()]
    assert not [p for p in files if PASSPHRASE.encode() in p.read_bytes() or b"SECRET-wrong" in p.read_bytes()]
