"""Findings of every detector become items: at least one each, never both ways, marked as they came, and each as it should be."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import resources

import numpy as np
import pytest

from hoshimori.assess.estimative import lint
from hoshimori.assess.rates import rate
from hoshimori.assess.reading import READERS, items_of, items_of_all
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import Event, Evidence, Explanation, Quantity, Reason
from hoshimori.judgements import Item, Marking, Tlp
from hoshimori.watch import detectors
from tests.assess import findings
from tests.detect import test_interference as links
from tests.detect.skies import at
from tests.detect.test_every_claim import NEVER
from tests.detect.test_illumination import found, place
from tests.detect.test_practice_sky import played
from tests.pages import ROOT

HOUR = np.timedelta64(1, "h")
DAY = np.timedelta64(1, "D")
AMBER = Marking(Tlp.AMBER, frozenset({"JPN", "USA"}))


@cache
def indicators() -> frozenset[str]:
    text = resources.files("hoshimori.assess").joinpath("indicators.toml").read_text(encoding="utf-8")
    return frozenset(row["id"] for row in tomllib.loads(text)["indicator"])


def answers(items: Iterable[Item]) -> dict[str, bool]:
    """What is weighed, by indicator."""
    return {i.indicator: i.seen for i in items if i.indicator}


def the(items: Iterable[Item], indicator: str) -> Item:
    (found,) = (i for i in items if i.indicator == indicator)
    return found


# ---- of every finding


def test_every_installed_detector_has_a_reader() -> None:
    assert {d.name for d in detectors()} == set(READERS)


def test_every_kind_is_among_what_is_tested_here() -> None:
    kinds = {kind for kinds, _ in READERS.values() for kind in kinds}
    seen = {e.kind for e in findings.of_every_kind()}
    assert kinds - seen <= {"doubtful set"}
    assert seen <= kinds


def test_every_finding_gives_an_item_and_never_one_indicator_both_ways() -> None:
    for event in findings.of_every_kind():
        items = items_of(event)
        assert items, event.kind
        weighed = [i.indicator for i in items if i.indicator]
        assert len(weighed) == len(set(weighed)), (event.kind, weighed)
        assert set(weighed) <= indicators()


def test_an_item_says_what_it_stands_on() -> None:
    for event in findings.of_every_kind():
        for item in items_of(event):
            assert item.event_id == event.event_id
            assert item.method == event.evidence[0].method
            assert item.source == f"hoshimori {item.method}"
            assert set(event.evidence[0].inputs) <= set(item.inputs)
            assert item.known_utc == event.as_of_utc
            assert item.t_utc == event.start_utc
            assert set(item.quantities.items()) <= set(event.quantities.items())


def test_ids_are_stable_and_items_go_through_json() -> None:
    for event in findings.of_every_kind():
        again = Event.from_json(json.loads(json.dumps(event.to_json(), allow_nan=False)))
        one, two = items_of(event), items_of(again)
        assert [i.item_id for i in one] == [i.item_id for i in two]
        written = [json.dumps(i.to_json(), allow_nan=False) for i in one]
        assert [Item.from_json(json.loads(text)) for text in written] == list(one)


def test_markings_are_carried_and_an_exercise_stays_one() -> None:
    for event in findings.of_every_kind():
        for item in items_of(event, marking=AMBER):
            assert item.marking == AMBER
            assert item.data_mode is event.data_mode
    assert {i.data_mode for e in findings.practice() for i in items_of(e)} == {DataMode.EXERCISE}


def test_a_statement_is_one_sentence_without_a_bare_distance_or_a_word_of_purpose() -> None:
    for event in findings.of_every_kind():
        for item in items_of(event):
            text = item.statement
            assert [w for w in (*NEVER, "intent", "deliberate", "target") if w in text.lower()] == [], text
            assert not re.search(r"[.!?]\s+[A-Z]", text), text
            assert text[0].upper() == text[0]
            assert lint(text) == (), (text, [str(f) for f in lint(text)])
            if re.search(r"\d km\b", text) and item.indicator != "retro_burn":
                assert "sigma" in text, text


def test_grades_follow_the_rule() -> None:
    """B only with measured rates of this very version; never confirmed by itself."""
    for event in findings.of_every_kind():
        for item in items_of(event):
            measured = bool(item.indicator) and rate(item.method, item.indicator) is not None
            assert item.grade[0] >= ("B" if measured else "C")
            assert item.grade[1] in "23456"


def test_another_version_of_a_method_has_no_measured_rates() -> None:
    event = findings.fallen()
    assert the(items_of(event), "drag_explains").grade == "B2"
    older = replace(event, evidence=(replace(event.evidence[0], method="reentry@0"),))
    assert the(items_of(older), "drag_explains").grade == "C2"


# ---- known when, asked about when


def test_known_is_the_moment_of_knowledge_and_never_before_it() -> None:
    event = findings.meeting()
    later = event.as_of_utc + DAY
    assert {i.known_utc for i in items_of(event, known_utc=later)} == {later}
    with pytest.raises(UsageError, match=event.event_id):
        items_of(event, known_utc=event.as_of_utc - DAY)
    nowhere = replace(event, as_of_utc=np.datetime64("NaT", "us"))
    with pytest.raises(UsageError, match="give known_utc"):
        items_of(nowhere)
    assert items_of(nowhere, known_utc=later)


def test_a_finding_of_another_time_is_carried_and_not_weighed() -> None:
    event = findings.meeting()
    t = event.start_utc
    assert answers(items_of(event, during=(t - HOUR, t + HOUR)))["second_body_near"]
    elsewhere = items_of(event, during=(t + DAY, t + 2 * DAY))
    assert elsewhere
    assert answers(elsewhere) == {}
    with pytest.raises(UsageError, match="not after its stop"):
        items_of(event, during=(t, t - DAY))


# ---- what is ours and what is not


def test_a_strangers_finding_is_carried_whatever_its_kind() -> None:
    event = replace(findings.meeting(), evidence=(Evidence("x", "elsewhere@7", ("a",)),))
    (item,) = items_of(event)
    assert (item.indicator, item.grade, item.source) == ("", "F6", "elsewhere@7")
    unknown = replace(event, kind="a new kind", evidence=())
    assert items_of(unknown)[0].indicator == ""


@pytest.mark.parametrize(
    "spoilt",
    [
        {"quantities": {}},
        {"quantities": {"miss_km": Quantity(float("nan"), "km", 1.0)}},
        {"quantities": {"miss_km": 3.0}},
        {"quantities": {"miss_km": Quantity(1.0, "km", float("inf"))}},
        {"others": ()},
    ],
)
def test_a_malformed_finding_is_refused_with_its_name(spoilt: dict[str, object]) -> None:
    event = replace(findings.meeting(), **spoilt)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"^event (\w{32}|of kind 'conjunction' about '41000'): "):
        items_of(event)


def refusal(event: Event) -> str:
    """What is said instead of items; "" where there are some."""
    try:
        return "" if items_of(event) else "nothing at all"
    except UsageError as e:
        return str(e)


def test_no_finding_whose_record_is_gone_crashes() -> None:
    """Parameters, explanations and quantities taken away one kind at a time: an item, or a refusal that names the event."""
    refused = 0
    for event in findings.of_every_kind():
        bare = tuple(replace(e, parameters={}) for e in event.evidence)
        broken = tuple(replace(e, parameters=dict.fromkeys(e.parameters, 7)) for e in event.evidence)
        empty = tuple(Explanation(x.name, x.verdict, Reason(x.reason.code)) for x in event.explanations)
        for spoilt in (replace(event, evidence=bare), replace(event, evidence=broken), replace(event, explanations=empty)):
            said = refusal(spoilt)
            refused += bool(said)
            assert not said or said.startswith(f"event {spoilt.event_id}: ")
    assert refused > 20


# ---- each detector by its truth


def test_the_visitor_of_the_practice_sky_came_by_burns_and_nobody_was_nearer() -> None:
    truth = played()[0].truth.intruder
    (stay,) = (e for e in findings.practice() if e.kind == "stay" and not e.normal)
    found = answers(items_of(stay))
    assert (stay.subject, stay.others) == (str(truth.target_norad_id), (str(truth.norad_id),))
    assert found["second_body_came_by_burns"] is True
    assert found["known_neighbour"] is False
    assert found["other_was_nearer"] is False
    assert found["passed_at_safe_distance"] is True
    assert found["identity_exchange"] is False
    assert "±" in the(items_of(stay), "passed_at_safe_distance").statement


def test_exchanged_numbers_say_that_and_nothing_else() -> None:
    truth = played()[0].truth.swap
    arrived = [e for e in findings.practice() if e.kind == "stay" and any(x.name == "identity swap" for x in e.explanations)]
    assert {e.subject for e in arrived} == {str(truth.asset_norad_id)}
    assert {frozenset(answers(items_of(e)).items()) for e in arrived} == {frozenset({("identity_exchange", True)})}


def test_who_shares_a_slot_is_a_neighbour_and_its_nearness_says_nothing() -> None:
    slots = [set(map(str, s.norad_ids)) for s in played()[0].truth.shared_slots]
    mine = [e for e in findings.practice() if e.kind == "stay" and {e.subject, *e.others} in slots]
    assert mine
    for event in mine:
        assert answers(items_of(event)) == {"known_neighbour": True, "identity_exchange": False}


def test_nearer_to_another_needs_more_than_the_uncertainty() -> None:
    (stay,) = (e for e in findings.practice() if e.kind == "stay" and not e.normal)
    sigma = stay.quantities["worst_sigma_km"].value
    rest = tuple(x for x in stay.explanations if x.name != "nearer to another")

    def beside(km: float) -> dict[str, bool]:
        reason = Reason("nearer to another", {"other": "7", "km": 50.0 - km, "own_km": 50.0})
        return answers(items_of(replace(stay, explanations=(*rest, Explanation("nearer to another", "possible", reason)))))

    assert beside(5.0 * sigma)["other_was_nearer"] is True
    assert "other_was_nearer" not in beside(sigma)


def test_a_pass_counts_as_near_within_three_sigmas_alone() -> None:
    event = findings.meeting()
    near = the(items_of(event, during=(event.start_utc, event.stop_utc)), "second_body_near")
    assert near.seen
    assert near.grade == "C2"
    assert the(items_of(event), "second_body_near").grade == "C4", "nobody said when the thing asked about happened"
    far = replace(event, quantities={**event.quantities, "mahalanobis": Quantity(3.2, "1")})
    assert "second_body_near" not in answers(items_of(far))


def test_an_operators_message_is_read_by_its_own_probability() -> None:
    found = the(items_of(findings.message()), "second_body_near")
    assert "from the operator's message" in found.statement


def test_burns_that_keep_an_orbit_are_operation_and_strange_ones_are_left_open() -> None:
    *keeping, strange = findings.burns()
    assert [e.label for e in keeping] == ["station-keeping"] * 2
    for event in keeping:
        assert answers(items_of(event))["was_operating"] is True
        raised = Explanation("drag storm", "rejected", Reason("air cannot raise", {"height_km": 500.0}))
        assert answers(items_of(replace(event, explanations=(raised,)))) == {"was_operating": True, "drag_explains": False}
    assert "was_operating" in answers(items_of(replace(strange, label="relocation")))
    assert "was_operating" not in answers(items_of(replace(strange, label="unusual")))


def test_leaving_the_usual_is_told_and_not_weighed() -> None:
    items = items_of(findings.departure())
    assert answers(items) == {}
    assert "relocation" in items[0].statement


def test_a_fall_by_air_and_a_driven_one_are_told_apart() -> None:
    by_air, driven = answers(items_of(findings.fallen())), answers(items_of(findings.driven()))
    assert (by_air["drag_explains"], by_air["retro_burn"]) == (True, False)
    assert (driven["drag_explains"], driven["retro_burn"]) == (False, True)


def test_the_launch_of_2007_fits_the_old_satellite_and_not_the_others() -> None:
    for number, event in findings.risen().items():
        item = the(items_of(event), "launch_coincident")
        assert item.seen is (number == str(findings.OLD))
        assert item.grade == "F6", "no better than the declaration"
        assert item.seen is ("necessary condition" in item.statement)


def test_a_break_up_has_one_moment_and_its_count_is_not_judged_while_it_grows() -> None:
    (event,) = (e for e in findings.of_every_kind() if e.kind == "breakup")
    found = answers(items_of(event))
    assert found["sudden_onset"] is True
    assert not {"pieces_many", "pieces_few"} & set(found)
    settled = replace(event, as_of_utc=event.stop_utc + 40 * DAY)
    assert answers(items_of(settled))["pieces_many"] is False
    few = replace(settled, quantities={**event.quantities, "pieces": Quantity(12.0, "1")})
    assert answers(items_of(few)) | {"pieces_few": True} == answers(items_of(few))
    many = replace(event, quantities={**event.quantities, "pieces": Quantity(140.0, "1")})
    assert answers(items_of(many))["pieces_many"] is True


def with_record(event: Event, **changed: object) -> Event:
    first = event.evidence[0]
    record = {**first.parameters["record"], **changed}
    return replace(event, evidence=(replace(first, parameters={**first.parameters, "record": record}), *event.evidence[1:]))


def test_a_second_body_at_a_break_up_is_one_that_was_there_or_was_sought() -> None:
    (event,) = (e for e in findings.of_every_kind() if e.kind == "breakup")
    quiet = {"also_there": [], "second_body_sought": False, "method": "pinch point"}
    assert "second_body_near" not in answers(items_of(with_record(event, **quiet)))
    assert answers(items_of(with_record(event, **{**quiet, "second_body_sought": True})))["second_body_near"] is False
    by_planes = {**quiet, "second_body_sought": True, "method": "planes"}
    assert "second_body_near" not in answers(items_of(with_record(event, **by_planes)))
    there = {"norad_id": 44444, "name": "", "miss_km": {"value": 1.2, "sigma": 0.8}}
    near = with_record(event, **{**quiet, "also_there": [there]})
    assert answers(items_of(near))["second_body_near"] is True
    assert "1.2 ± 0.8 km" in the(items_of(near), "second_body_near").statement
    parents = [{"pieces": 30, "candidates": [{"norad_id": n, "odds": 0.97}]} for n in (1, 2)]
    both = answers(items_of(with_record(event, **{**quiet, "parents": parents})))
    assert (both["second_body_near"], both["second_body_hit"]) == (True, True)


def test_fast_pieces_need_fast_tenths_and_slow_ones_leave_no_room() -> None:
    (event,) = (e for e in findings.of_every_kind() if e.kind == "breakup")

    def of(p90: float) -> bool | None:
        told = with_record(event, delta_v_m_s={"pieces": 58.0, "p10": 10.0, "p50": 40.0, "p90": p90})
        return answers(items_of(told)).get("pieces_fast")

    assert [of(x) for x in (260.0, 150.0, 60.0)] == [True, None, False]


def test_outages_over_a_laser_site_repeat_more_than_chance_allows_or_they_do_not() -> None:
    coupled, free = (answers(items_of(findings.lit(n))) for n in (8, 0))
    assert coupled["repeats_over_site"] is True
    assert coupled["site_in_view"] is True
    assert free["repeats_over_site"] is False


def test_in_view_needs_a_time_and_a_laser() -> None:
    (event,) = found(place())
    first = event.evidence[0].parameters["windows"][0]
    start, stop = (np.datetime64(first[k].rstrip("Z"), "us") for k in ("start", "stop"))
    assert answers(items_of(event)) == {}
    assert answers(items_of(event, during=(start, stop)))["site_in_view"] is True
    assert answers(items_of(event, during=(stop + 60 * HOUR // 60, stop + 2 * 60 * HOUR // 60)))["site_in_view"] is False
    (dish,) = found(place(kind="telescope"))
    assert answers(items_of(dish, during=(start, stop))) == {}


def test_the_sun_in_the_beam_explains_and_the_report_is_no_better_than_its_grade() -> None:
    (event,) = links.found(links.report(links.sun_passes() - links.MINUTE, 2.0))
    found = answers(items_of(event))
    assert (found["service_lost"], found["sun_or_eclipse_explains"]) == (True, True)
    poor = tuple({**r, "grade": "D4"} for r in event.evidence[0].parameters["reports"])
    first = replace(event.evidence[0], parameters={**event.evidence[0].parameters, "reports": list(poor)})
    assert the(items_of(replace(event, evidence=(first,))), "service_lost").grade == "D4"


def test_quiet_days_deny_a_storm_and_stormy_ones_before_the_reports_tell_of_it() -> None:
    r = links.report(2.3)  # on 22 March: days 20 to 22 count
    (quiet,) = links.found(r, space_weather=links.DAYS, flares=())
    assert answers(items_of(quiet))["storm"] is False
    before = tuple({**d, "kp": [6.0] * 8} if str(d["day"]).endswith("21") else d for d in links.DAYS)
    (stormy,) = links.found(r, space_weather=before, flares=())
    assert answers(items_of(stormy))["storm"] is True
    (unknown,) = links.found(r)
    assert "storm" not in answers(items_of(unknown))


@pytest.mark.parametrize(("goes", "flux", "said"), [("M5.0", 5e-5, True), ("M4.9", 4.9e-5, False), ("X1", 1e-4, True)])
def test_a_flare_counts_from_m5(goes: str, flux: float, said: bool) -> None:
    t = [f"{at(2.2 + k * links.MINUTE)}Z" for k in (0, 5, 10)]
    flare = {"class": goes, "flux_w_m2": flux, "start": t[0], "peak": t[1], "stop": t[2]}
    (event,) = links.found(links.report(2.3), space_weather=links.DAYS, flares=(flare,))
    assert answers(items_of(event))["storm"] is said


def test_a_report_from_below_the_horizon_is_contradicted() -> None:
    (event,) = links.found(links.report(0.3, site="Brasilia", site_lat_deg=-15.8, site_lon_deg_e=-47.9))
    assert answers(items_of(event))["report_withdrawn"] is True


def test_only_a_new_number_or_a_fall_ends_a_silence() -> None:
    (late,) = (e for e in findings.of_every_kind() if e.kind == "silence")
    assert late.label == "late"
    assert answers(items_of(late)) == {}

    def told(**odds: float) -> dict[str, bool]:
        given = {"on time": 0.0, "late": 0.0, "provider outage": 0.0, "renumbered": 0.0, "lost": 0.0, "decayed": 0.0, **odds}
        quantities = {**late.quantities, **{f"odds {k}": Quantity(v, "1") for k, v in given.items()}}
        return answers(items_of(replace(late, quantities=quantities, label=max(given, key=lambda k: given[k]))))

    assert told(renumbered=0.95) == {"identity_exchange": True}
    assert told(decayed=0.98) == {"identity_exchange": False, "drag_explains": True}
    assert told(lost=0.96) == {"identity_exchange": False}
    assert told(lost=0.6, late=0.4) == {}


# ---- many findings


def test_one_thing_seen_twice_is_one_item_and_the_surer_stands() -> None:
    ours, theirs = findings.meeting(), findings.message()
    when = (ours.start_utc - HOUR, ours.start_utc + HOUR)
    apart = [i for e in (ours, theirs) for i in items_of(e, during=when) if i.indicator == "second_body_near"]
    together = items_of_all([ours, theirs, ours], during=when)
    assert len(apart) == 2
    assert the(together, "second_body_near") in apart


def test_a_break_up_that_found_nobody_contradicts_a_pass_that_was_computed() -> None:
    (event,) = (e for e in findings.of_every_kind() if e.kind == "breakup")
    alone = with_record(event, also_there=[], second_body_sought=True, method="pinch point")
    meeting = findings.meeting()
    moved = replace(meeting, subject=event.subject, start_utc=event.start_utc, stop_utc=event.start_utc)
    both = [i for i in items_of_all([alone, moved], known_utc=at(400.0)) if i.indicator == "second_body_near"]
    assert {i.seen for i in both} == {True, False}
    seen, absent = sorted(both, key=lambda i: not i.seen)
    assert absent.contradicts == (seen.item_id,)


def test_one_site_in_view_is_not_undone_by_another_that_was_not() -> None:
    near, far = found(place(), place("far", -80.0, 0.0))
    first = next(e for e in (near, far) if e.evidence[0].parameters["windows"]).evidence[0].parameters["windows"][0]
    during = tuple(np.datetime64(first[k].rstrip("Z"), "us") for k in ("start", "stop"))
    assert {answers(items_of(e, during=during)).get("site_in_view") for e in (near, far)} == {True, False}  # type: ignore[arg-type]
    assert the(items_of_all([near, far], during=during), "site_in_view").seen  # type: ignore[arg-type]


def test_nobody_passed_at_a_safe_distance_where_a_service_was_lost() -> None:
    (stay,) = (e for e in findings.practice() if e.kind == "stay" and not e.normal)
    (lost,) = (e for e in findings.of_every_kind() if e.kind == "interference" and e.data_mode is DataMode.EXERCISE)
    same = replace(lost, subject=stay.subject)
    assert "passed_at_safe_distance" in answers(items_of_all([stay]))
    assert "passed_at_safe_distance" not in answers(items_of_all([stay, same]))


def test_of_one_finding_made_again_the_later_stands() -> None:
    event = findings.fallen()
    later = replace(event, as_of_utc=event.as_of_utc + DAY)
    assert {i.known_utc for i in items_of_all([later, event])} == {later.as_of_utc}


def test_the_order_of_findings_does_not_matter() -> None:
    events = list(findings.of_every_kind())
    late = max(e.as_of_utc for e in events)
    one = items_of_all(events, known_utc=late)
    assert {i.item_id for i in one} == {i.item_id for i in items_of_all(events[::-1], known_utc=late)}
    assert len(one) == len({i.item_id for i in one})


def test_the_page_names_every_indicator_that_a_reader_gives() -> None:
    page = (ROOT / "docs" / "nature-reading.md").read_text(encoding="utf-8")
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src" / "hoshimori" / "assess").glob("reading*.py"))
    given = {i for i in indicators() if f'"{i}"' in code}
    assert len(given) > 15
    assert sorted(i for i in given if f"`{i}`" not in page) == []
    assert sorted(i for i in indicators() - given if f"`{i}`" in page) == []
