"""The weekly report: what changed between two moments of knowledge, for readers who may have some of it, on marked pages."""

from __future__ import annotations

import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader

import hoshimori
from hoshimori.doors import cli_report, library, weekly_compare, weekly_page
from hoshimori.doors.options import Language, Mode
from hoshimori.doors.weekly import Week, weekly
from hoshimori.doors.words import words
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import Event, Evidence, Quantity
from hoshimori.judgements import Marking, Tlp
from tests.conftest import Practice
from tests.doors import lives
from tests.doors.test_report import Page

EXERCISE = (DataMode.EXERCISE,)
SECRET = "For the own house alone"
SHARED = "A visitor beside HORIZONS-3E"
AMBER = Marking(Tlp.AMBER, frozenset({"JPN", "USA"}))
RED = Marking(Tlp.RED, frozenset({"JPN"}))
LANGUAGES = ("en", "ja")


@pytest.fixture(scope="module")
def place(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the practice sky with two incidents: one for both parties, one for its own house alone."""
    home = practice.copied(tmp_path_factory.mktemp("weekly") / "home")
    given: dict[str, Any] = {"by": "A. Sato", "party": "JPN", "owners": ["JPN"], "data_mode": DataMode.EXERCISE, "home": home}
    shared = hoshimori.open_incident(SHARED, assets=["horizons-3e"], subjects=["799500001"], marking=AMBER, **given)
    visits = [e for e in practice.sweep.events if e.kind == "stay" and not e.normal]
    hoshimori.add_findings(shared.incident_id, visits, home=home)
    hoshimori.assess_incident(shared.incident_id, home=home)
    hoshimori.open_incident(SECRET, marking=RED, **given)
    return home


@pytest.fixture(scope="module")
def week(place: Path) -> Week:
    return weekly("japan-comms", home=place, as_of="data", modes=EXERCISE)


@pytest.fixture(scope="module")
def abroad(place: Path) -> Week:
    """The same for the other party, over a day, which is quicker."""
    return weekly("japan-comms", home=place, as_of="data", days=1, modes=EXERCISE, releasable_to=["USA"])


def asset(week: Week, name: str) -> dict[str, Any]:
    return next(a for a in week.tree["assets"] if a["asset"] == name)


# ---- what changed


def event(kind: str = "stay", start: str = "2026-05-01", stop: str = "2026-05-02", **changed: Any) -> Event:
    times = {"start_utc": np.datetime64(start, "us"), "stop_utc": np.datetime64(stop, "us")}
    quantities = {"miss_km": Quantity(10.0, "km", 1.0)}
    made = Event(kind, times["start_utc"], times["stop_utc"], "100", ("200",), "parking", False, quantities, ())
    return replace(made, **changed)


def test_a_stay_that_lasts_is_the_same_one_though_its_ends_move() -> None:
    earlier, later = event(), event(start="2026-05-01T06:00", stop="2026-05-08")
    (row,), lost = weekly_compare.compared([earlier], [later])
    assert (row.status, row.before, lost) == ("same", earlier, [])


def test_a_stay_that_is_judged_otherwise_now_has_changed() -> None:
    (row,), _ = weekly_compare.compared([event()], [event(normal=True)])
    assert row.status == "changed"


def test_somebody_elses_stay_is_another() -> None:
    (row,), lost = weekly_compare.compared([event()], [event(others=("300",))])
    assert row.status == "new"
    assert len(lost) == 1


def test_a_passage_half_a_revolution_later_is_another_one() -> None:
    first = event("approach", "2026-05-01T00:00", "2026-05-01T00:00")
    moved, half = (event("approach", t, t) for t in ("2026-05-01T00:10", "2026-05-01T00:47"))
    assert [r.status for r in weekly_compare.compared([first], [moved, half])[0]] == ["same", "new"]


def test_one_earlier_finding_is_not_found_again_in_two_later_ones() -> None:
    rows, _ = weekly_compare.compared([event()], [event(), event(start="2026-05-01T01:00")])
    assert sorted(r.status for r in rows) == ["new", "same"]


def test_what_was_over_before_the_week_is_not_missed_in_it() -> None:
    over, ahead = event(), event(start="2026-05-03", stop="2026-05-09")
    assert weekly_compare.still_ahead([over, ahead], np.datetime64("2026-05-05", "us")) == [ahead]


def test_the_planted_visit_is_new_and_the_satellite_that_fell_silent_is_stale(week: Week) -> None:
    """Truth by construction: the practice sky parks a visitor beside HORIZONS-3E on 27 May and takes JCSAT-13 off the air."""
    visits = [f for f in week.tree["findings"] if f["event"]["kind"] == "stay" and not f["event"]["normal"]]
    assert [(f["event"]["subject"], f["status"], f["event"]["start"][:10]) for f in visits] == [("43633", "new", "2026-05-27")]
    silent = asset(week, "jcsat-13")
    assert (silent["before"]["state"], silent["after"]["state"], silent["changed"], silent["sets"]) == ("quiet", "stale", True, 0)
    assert silent["gap_hours"] > 168.0


def test_neighbours_of_long_standing_are_no_news(week: Week, practice: Practice) -> None:
    usual = [f for f in week.tree["findings"] if f["event"]["normal"]]
    assert sum(f["status"] == "same" for f in usual) > 15
    told = {x["id"] for one in weekly_page.page(week.tree)["findings"] for x in one["rows"]}
    assert not told & {f["event"]["id"] for f in usual if f["status"] == "same"}


def test_nothing_that_became_known_later_reaches_the_sweep_of_the_beginning(week: Week, place: Path) -> None:
    start = week.tree["start"]
    then = library.sweep("japan-comms", home=place, as_of=start, modes=EXERCISE)
    assert [a["before"]["state"] for a in week.tree["assets"]] == [s.state for s in then.states]
    assert {f["event"]["as_of"] for f in week.tree["lost"]} <= {start}


def test_two_times_stand_with_every_finding(week: Week) -> None:
    for row in (*week.tree["findings"], *week.tree["lost"]):
        assert row["known"], row["event"]["id"]
        assert row["known"] <= row["event"]["as_of"]
    for lang in LANGUAGES:
        page = weekly_page.page(week.tree, lang)
        rows = [f for one in page["findings"] for f in one["rows"]] + page["lost"] + page["stays"]["rows"]
        jst = words(lang)["week clock"].partition("{jst}")[2]
        assert len(rows) > 25
        assert all(jst in r["happened"] and jst in r["known"] for r in rows)


def test_before_the_first_data_nothing_is_called_new(place: Path) -> None:
    first = weekly("japan-comms", home=place, as_of="2026-05-20T00:00:00Z", modes=EXERCISE)
    assert first.tree["before"] is None
    assert {f["status"] for f in first.tree["findings"]} == {"not compared"}
    assert words("en")["week states alone"].rpartition(";")[2][:20] in weekly_page.page(first.tree)["sentences"][0]
    assert first.tree["ledger"]["incidents"] == []  # nothing stood in the ledger then
    first.html("ja")


@pytest.mark.parametrize("days", [0, 32, -1])
def test_a_span_that_is_none_is_refused(place: Path, days: int) -> None:
    with pytest.raises(UsageError, match="1 to 31"):
        weekly(home=place, days=days)


# ---- the page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_there_are_five_sentences_and_each_is_one(week: Week, lang: str) -> None:
    said = weekly_page.page(week.tree, lang)["sentences"]
    assert len(said) == 5
    assert all(s.endswith("。" if lang == "ja" else ".") and "{" not in s for s in said)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole_asks_nobody_and_runs_nothing(week: Week, lang: str) -> None:
    text = week.html(lang)
    page = Page(text)
    assert page.open == []
    assert page.tags["script"] == page.tags["link"] == page.tags["img"] == 0
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert "url(" not in text
    assert f'<html lang="{lang}">' in text
    for one in week.tree["assets"]:
        assert (one["name_ja"] if lang == "ja" else one["name"]) in " ".join(page.text)


def test_every_distance_on_the_page_has_its_sigma(week: Week) -> None:
    page = weekly_page.page(week.tree)
    told = [f for one in page["findings"] for f in one["rows"]]
    lengths = [m["value"] for f in told for m in f["measured"] if m["value"].endswith(" km")]
    lengths += [s["miss"] for s in page["stays"]["rows"]]
    assert len(lengths) > 25
    assert all(" ± " in x for x in lengths)


def test_the_dull_explanations_come_before_the_numbers(week: Week) -> None:
    text = week.html()
    part = text[text.index('<section id="findings">') :]
    assert 0 < part.index(words("en")["week dull"]) < part.index(f">{words('en')['week measured']}<")
    visit = next(f for one in weekly_page.page(week.tree)["findings"] for f in one["rows"] if not f["normal"])
    ranks = [("wins", "possible", "cannot tell", "rejected").index(re.search(r": ([a-z ]+) — ", x)[1]) for x in visit["dull"]]  # type: ignore[index]
    assert ranks == sorted(ranks)


def test_a_hostile_name_stays_a_name(week: Week) -> None:
    bad = "<script>alert(1)</script>\u202e#panic() $x$"
    tree = {**week.tree, "names": dict.fromkeys(week.tree["names"], bad)}
    text = weekly_page.html(tree)
    assert "<script" not in text
    assert "\u202e" not in text
    said = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(weekly_page.pdf(tree))).pages)
    assert "#panic() $x$" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_printed_page_is_marked_at_its_head_and_its_foot_and_says_exercise(week: Week, lang: str) -> None:
    pages = PdfReader(io.BytesIO(week.pdf(lang))).pages
    assert len(pages) > 3
    for page in pages:
        said = page.extract_text()
        assert said.count("TLP:RED // REL TO JPN") >= 2
        assert said.count("EXERCISE EXERCISE EXERCISE") == 2


@pytest.mark.slow
def test_a_page_that_is_printed_from_a_browser_is_marked_on_every_sheet(week: Week, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser here to print from")
    from playwright.sync_api import sync_playwright

    page = tmp_path / "week.html"
    page.write_text(week.html("ja"), encoding="utf-8")
    with sync_playwright() as play, play.chromium.launch(executable_path=browser, args=["--no-sandbox"]) as chromium:
        asked: list[str] = []
        tab = chromium.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(page.as_uri())
        tab.pdf(path=tmp_path / "week.pdf", prefer_css_page_size=True)
    assert asked == [page.as_uri()]
    for sheet in PdfReader(tmp_path / "week.pdf").pages:
        assert sheet.extract_text().count(RED.text) >= 2


def test_the_pdf_is_an_archive_file_and_the_same_twice(week: Week) -> None:
    one, two = week.pdf("ja"), week.pdf("ja")
    assert one == two
    assert b"pdfaid:part" in one
    assert "五つの文" in PdfReader(io.BytesIO(one)).pages[0].extract_text()


def test_another_record_is_no_report() -> None:
    with pytest.raises(UsageError, match=re.escape("hoshimori.weekly/1")):
        weekly_page.page({"schema": "hoshimori.sweep/1"})


# ---- who may have it


def test_the_own_house_has_all_of_it_under_the_strictest_marking(week: Week) -> None:
    assert week.marking == RED
    assert [i["title"] for i in week.tree["ledger"]["incidents"]] == [SHARED, SECRET]
    assert "left_out" in week.tree["ledger"]
    assert week.tree["ledger"]["left_out"] == 0


def test_the_other_party_has_what_is_released_to_it_and_is_told_how_much_is_not(abroad: Week) -> None:
    assert abroad.marking == AMBER
    assert [i["title"] for i in abroad.tree["ledger"]["incidents"]] == [SHARED]
    assert abroad.tree["ledger"]["left_out"] == 1
    told = [
        abroad.html(),
        abroad.html("ja"),
        json.dumps(abroad.to_json()),
        *(p.extract_text() for p in PdfReader(io.BytesIO(abroad.pdf())).pages),
    ]
    assert SHARED in told[0]
    assert all(SECRET not in x for x in told)
    assert "not released to USA: 1." in told[0]


def test_the_public_has_the_sky_alone(place: Path) -> None:
    open_ = weekly("japan-comms", home=place, as_of="data", days=1, modes=EXERCISE, releasable_to=["public"], using=())
    assert open_.marking == Marking()
    assert (open_.tree["ledger"]["incidents"], open_.tree["ledger"]["left_out"]) == ([], 2)
    assert SHARED not in json.dumps(open_.to_json())


def test_a_party_is_written_in_three_letters(place: Path) -> None:
    with pytest.raises(UsageError, match="alpha-3"):
        weekly(home=place, releasable_to=["Japan"])


def test_an_exercise_does_not_reach_a_real_report_and_a_real_one_no_exercise(place: Path) -> None:
    from hoshimori.doors.weekly_ledger import ledger_of

    now = np.datetime64("2126-01-01", "us")
    assert len(ledger_of(place, EXERCISE, now, now)["incidents"]) == 2
    assert ledger_of(place, (DataMode.REAL,), now, now)["incidents"] == []


# ---- checked by a stranger


def test_every_finding_of_the_report_comes_out_again(week: Week, place: Path, tmp_path: Path) -> None:
    file = tmp_path / "week.events.jsonl"
    file.write_text(week.events_text(), encoding="utf-8")
    checks = hoshimori.check(file, home=place)
    assert len(checks) == len(week.tree["findings"]) + len(week.tree["lost"])
    assert {c.verdict for c in checks} == {"same"}


def test_no_place_of_this_machine_is_in_the_report(week: Week, place: Path) -> None:
    assert str(place.parent) not in json.dumps(week.to_json())


# ---- the verb


def asked(practice: Practice, **changed: Any) -> None:
    given: dict[str, Any] = {"as_of": "data", "days": 1, "mode": [Mode.EXERCISE], "home": practice.home}
    cli_report.report("japan-comms", **(given | changed))


def test_the_verb_writes_the_page_and_its_findings_beside_it(
    practice: Practice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "week.html"
    asked(practice, out=out, lang=Language.ja)
    assert capsys.readouterr().out.split() == [str(out), str(tmp_path / "week.events.jsonl")]
    assert words("ja")["week title"] in out.read_text(encoding="utf-8")
    assert "hoshimori verify week.events.jsonl" in out.read_text(encoding="utf-8")
    assert (tmp_path / "week.events.jsonl").read_text().count("\n") > 10


def test_the_verb_prints_json_where_no_file_is_named(practice: Practice, capsys: pytest.CaptureFixture[str]) -> None:
    asked(practice, form=cli_report.Form.json)
    assert json.loads(capsys.readouterr().out)["schema"] == "hoshimori.weekly/1"


def test_the_verb_refuses_a_form_and_a_name_that_differ_before_it_works(practice: Practice, tmp_path: Path) -> None:
    for form, name in ((cli_report.Form.pdf, "week.html"), (None, "week.docx")):
        with pytest.raises(UsageError, match=name):
            asked(practice, form=form, out=tmp_path / name)
    assert not list(tmp_path.iterdir())


# ---- what the practice sky does not hold


@pytest.fixture(scope="module")
def eventful(week: Week) -> Week:
    """The same week with a close approach, a burn, a break-up, a re-entry that is not told any more, and refused records."""
    near = {"miss_km": Quantity(0.34, "km", 0.12), "maximum_probability": Quantity(3e-4, "1")}
    as_of = np.datetime64(week.tree["as_of"].rstrip("Z"), "us")
    made: dict[str, Any] = {"subject": "43633", "others": ("99",), "as_of_utc": as_of, "evidence": PROOF}
    met = event("conjunction", "2026-06-01T07:00", "2026-06-01T07:00", **made, quantities=near, label="predicted")
    made |= {"quantities": {}, "subject": "7", "others": ("8", "9")}
    broke = event("breakup", "2026-05-29", "2026-05-29", **made, label="break-up")
    fell = event("reentry", "2026-05-30", "2026-05-31", **{**made, "subject": "55", "others": ()}, label="natural")
    rows = [{"event": e.to_json(), "status": "new", "known": "2026-05-31T00:00:00.000000Z", "was": None} for e in (met, broke)]
    refused = {"records": 3, "kinds": [{"field": "ECCENTRICITY", "expected": "0 <= e < 1", "records": 3}], "more": 2}
    moved = {**lives.burn(3.0, 0.05).to_json(), "norad_id": 43633, "t_utc": "2026-05-28T00:00:00.000000Z"}
    return Week(
        {
            **week.tree,
            "findings": [*week.tree["findings"], *rows],
            "lost": [*week.tree["lost"], {"event": fell.to_json(), "known": "2026-05-23T00:00:00.000000Z"}],
            "burns": [moved],
            "untold": [{"norad_id": 43633, "cannot_tell": {"code": "no usable set"}}],
            "conjunctions": [met.event_id],
            "elsewhere": [broke.event_id],
            "data": {**week.tree["data"], "refused": refused},
            "names": {**week.tree["names"], "99": "OTHER ONE", "7": "PARENT", "55": "FALLING"},
        }
    )


PROOF = (Evidence("it is so", "conjunction@1", ("a" * 32,), {}, "nothing"),)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_rare_stands_on_every_page_too(eventful: Week, lang: str) -> None:
    page = weekly_page.page(eventful.tree, lang)
    said = "".join("".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(eventful.pdf(lang))).pages)
    text = " ".join(Page(eventful.html(lang)).text)
    for told in ("OTHERONE", "PARENT(7)", "FALLING(55)", "ECCENTRICITY", "0.0003"):
        assert told in said
        assert told in "".join(text.split())
    assert "340 m ± 120 m" in page["conjunctions"]["rows"][0]["cells"]
    assert page["burns"]["rows"][0][2].startswith("+50.0 ± ")
    assert page["burns"]["untold"]
    assert words(lang)["week burns short"] in page["sentences"][1]
    assert [f["asset"] for f in page["lost"] if "55" in f["head"]] == []  # no asset: told with what happened elsewhere
    assert "FALLING (55)" in page["elsewhere"]["gone"]


def test_a_close_approach_of_the_days_ahead_is_drawn(eventful: Week) -> None:
    strip = weekly_page.page(eventful.tree)["strip"]
    assert "OTHER ONE" in strip
    assert strip.count('class="ring"') == 2  # the burn, and its sign in the legend
