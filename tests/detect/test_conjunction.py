"""Conjunctions by construction: told where they were put, growing when later sets bring them nearer, outranked by operators."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import numpy as np
import pytest

from hoshimori.catalogue import MemoryView
from hoshimori.detect import trend
from hoshimori.detect.conjunction import Conjunction, everything
from hoshimori.detect.conjunction_messages import cdm_of
from hoshimori.detect.conjunction_record import Detail, detail
from hoshimori.detect.messages import meeting as meeting_of
from hoshimori.detect.thresholds import Settings
from hoshimori.errors import UsageError
from hoshimori.facts import ConjunctionMessage, ElementSets, ObjectName, Watchlist
from hoshimori.findings import Event
from hoshimori.formats import dump_cdm, read
from hoshimori.sky.chance import short
from hoshimori.sky.relative import rtn_basis
from tests.detect.crossings import HOST, meeting, told
from tests.detect.skies import ASSET, OTHER, at, sky, verdicts, watching

NEAR = (0.0, 0.05, 0.06)
DAYS = [-2.0, -1.5, -1.0, -0.5, 0.0]
ONE_METRE = 1e-3
GROWING, FALLING = [24.0, 12.0, 6.0, 2.0, 0.0], [0.0, 5.0, 10.0, 15.0, 20.0]


def view(*parts: ElementSets, as_of: float = 0.5, start: float = -1.0, stop: float = 2.0, **more: object) -> MemoryView:
    return MemoryView(sky(*parts), at(start), at(stop), at(as_of), **more)  # type: ignore[arg-type]


def sets(late_km: Sequence[float] = (0.0,) * 5, miss: Sequence[float] = NEAR) -> tuple[ElementSets, ElementSets]:
    return told(HOST, DAYS), told(meeting(1.0, miss), DAYS, late_km)


def events(seen: MemoryView, watchlist: Watchlist | None = None, **settings: float) -> list[Event]:
    return Conjunction(Settings(**settings)).detect(seen, watchlist or watching(ASSET))  # type: ignore[arg-type]


def the_one(seen: MemoryView, watchlist: Watchlist | None = None, **settings: float) -> Event:
    """The event nearest to the moment by construction."""
    found = events(seen, watchlist, **settings)
    return min(found, key=lambda e: abs(e.start_utc - at(1.0)))


def known(event: Event) -> Detail:
    found = detail(event)
    assert found is not None, "a conjunction has its detail"
    return found


def message(tca_day: float = 1.0, *, created_day: float = 0.2, sigma_m: float = 50.0, name: str = "M1") -> ConjunctionMessage:
    """What the operator says of the meeting: our own message of it, with the operator's better covariance."""
    first = cdm_of(the_one(view(*sets())), view(*sets()))
    objects = tuple(
        dataclasses.replace(o, covariance_rtn_m=np.eye(6) * sigma_m**2 * [1, 1, 1, 1e-6, 1e-6, 1e-6]) for o in first.objects
    )
    return dataclasses.replace(
        first,
        message_id=name,
        originator="OPERATOR",
        tca_utc=first.tca_utc + (at(tca_day) - at(1.0)),
        created_utc=at(created_day),
        known_utc=at(created_day),
        objects=(objects[0], objects[1]),
        radius_m=10.0,
    )


def test_a_meeting_is_told_where_it_was_put() -> None:
    event = the_one(view(*sets()))
    assert (event.kind, event.subject, event.others, event.label) == ("conjunction", str(ASSET), (str(OTHER),), "predicted")
    assert abs(event.start_utc - at(1.0)) < np.timedelta64(20_000, "us")
    assert event.quantities["miss_km"].value <= np.linalg.norm(NEAR) + 2 * ONE_METRE
    assert not event.normal
    assert verdicts(event)["low probability"] == "rejected"
    assert event.quantities["screening_probability"].value <= event.quantities["maximum_probability"].value
    json.dumps(event.to_json(), allow_nan=False)
    assert Event.from_json(event.to_json()).event_id == event.event_id


def test_the_detail_comes_back_from_the_written_event() -> None:
    event = the_one(view(*sets(GROWING)))
    again = known(Event.from_json(json.loads(json.dumps(event.to_json()))))
    assert again.to_json() == known(event).to_json()


def test_the_encounter_plane_holds_the_miss_and_its_probability() -> None:
    """The plane is turned otherwise than the method's own, and must give the same number."""
    event = the_one(view(*sets()))
    plane = known(event).plane
    assert plane is not None
    assert abs(np.hypot(*plane.miss_km) - event.quantities["miss_km"].value) < ONE_METRE
    covariance = np.zeros((1, 3, 3))
    covariance[0, :2, :2] = plane.covariance_km2
    again = short.foster_1992([[*plane.miss_km, 0.0]], [[0.0, 0.0, 1.0]], covariance, plane.radius_km)
    np.testing.assert_allclose(again[0], event.quantities["screening_probability"].value, rtol=1e-6)


def test_what_cannot_be_probable_is_not_told() -> None:
    assert not events(view(*sets(miss=(0.0, 6.0, 7.0))))


def test_what_has_passed_is_computed_after_the_fact_and_no_alarm() -> None:
    event = the_one(view(*sets(), as_of=1.5))
    assert (event.label, event.normal) == ("past", True)
    assert verdicts(event)["already passed"] == "wins"


@pytest.mark.parametrize(("late_km", "label"), [(GROWING, trend.GROWING), (FALLING, trend.FALLING)])
def test_the_trend_follows_what_became_known(late_km: list[float], label: str) -> None:
    """The other's sets come nearer to the meeting one by one, or recede from it; there the second view is the riskiest,
    since the error shrank by more than the distance grew."""
    event = the_one(view(*sets(late_km)), attention=1e-60)
    found = known(event).trend
    assert found.label == label
    assert [v.known_utc for v in found.views] == [at(d) + np.timedelta64(6, "h") for d in DAYS]
    order = np.diff([v.miss_km for v in found.views])
    assert (order < 0).all() if label == trend.GROWING else (order > 0).all()
    assert event.quantities["trend_score"].value == (10.0 if label == trend.GROWING else -8.0)


def test_the_last_view_is_the_prediction_itself() -> None:
    event = the_one(view(*sets(GROWING)))
    last = known(event).trend.views[-1]
    assert abs(last.miss_km - event.quantities["miss_km"].value) < ONE_METRE
    np.testing.assert_allclose(last.screening_probability, event.quantities["screening_probability"].value, rtol=1e-3)


def test_nothing_known_later_enters_a_view() -> None:
    """Two sets of a later day change nothing in what was known before."""
    early = known(the_one(view(*sets(GROWING)))).trend.views
    more = sky(told(HOST, [0.4]), told(meeting(1.0, NEAR), [0.4], [3.0]))
    later = known(the_one(view(*sets(GROWING), more, as_of=0.9), attention=1e-30)).trend.views
    assert [v.known_utc for v in later][: len(early)] == [v.known_utc for v in early]
    np.testing.assert_allclose([v.miss_km for v in later][: len(early)], [v.miss_km for v in early], atol=ONE_METRE)


def test_kendalls_chances_are_those_of_all_orders() -> None:
    """By hand: of the 24 orders of four things 1 has a score of 6, 3 more of 4."""
    assert trend.chance_of(6, 4) == pytest.approx(1 / 24)
    assert trend.chance_of(4, 4) == pytest.approx(4 / 24)
    assert trend.chance_of(-6, 4) == 1.0
    assert trend.chance_of(8, 5) == pytest.approx(5 / 120)
    assert trend.label([1.0, 2.0, 3.0]) == trend.FEW
    assert trend.label([1.0]) == trend.label([]) == trend.SINGLE


def test_every_random_row_is_called_a_trend_as_often_as_the_level_says() -> None:
    rng = np.random.default_rng(4)
    labels = [trend.label(list(rng.random(8))) for _ in range(2000)]
    assert 0.0 < labels.count(trend.GROWING) / 2000 < 0.05 + 3 * np.sqrt(0.05 / 2000)


def test_declared_neighbours_are_named_and_not_alarmed_about() -> None:
    event = the_one(view(*sets()), watching(ASSET, together=[frozenset({ASSET, OTHER})]))
    assert event.normal
    assert verdicts(event)["known neighbour"] == "wins"


def test_two_watched_satellites_are_both_told() -> None:
    found = events(view(*sets()), watching(ASSET, OTHER))
    near = [e for e in found if abs(e.start_utc - at(1.0)) < np.timedelta64(1, "s")]
    assert {(e.subject, e.others) for e in near} == {(str(ASSET), (str(OTHER),)), (str(OTHER), (str(ASSET),))}
    one, two = near
    assert one.quantities["screening_probability"].value == pytest.approx(two.quantities["screening_probability"].value)


def test_of_everything_each_pair_is_told_once() -> None:
    seen = view(*sets())
    found = [e for e in events(seen, everything(seen)) if abs(e.start_utc - at(1.0)) < np.timedelta64(1, "s")]
    assert [(e.subject, e.others) for e in found] == [(str(ASSET), (str(OTHER),))]


def test_who_could_move_is_said_of_both() -> None:
    names = [ObjectName(OTHER, "", "OLD STAGE", "ROCKET BODY", "", "", "", at(-9.0), "test")]
    one, two = known(the_one(view(*sets(), names=names))).movers
    assert (one.can, one.reason.code) == ("unknown", "no burn on record")
    assert (two.can, two.reason.code) == ("no", "rocket body cannot move")


def test_a_re_run_from_the_evidence_gives_the_same() -> None:
    """As `hoshimori verify` does it: the recorded settings, the inputs alone, no names and no tables."""
    names = [ObjectName(OTHER, "", "OLD STAGE", "ROCKET BODY", "", "", "", at(-9.0), "test")]
    by_stander = told(HOST, DAYS, [300.0] * 5).having(norad_id=np.full(5, 77))
    seen = view(*sets(GROWING), by_stander, names=names)
    event = the_one(seen)
    evidence = event.evidence[0]
    everyone = sky(*sets(GROWING), by_stander)
    inputs = everyone.take(np.isin(everyone.digest_texts(), evidence.inputs))
    assert set(inputs.norad_id.tolist()) == {ASSET, OTHER}
    settings = json.loads(json.dumps(evidence.parameters["settings"]))
    again = min(
        Conjunction().with_settings(settings).detect(view(inputs), watching(ASSET)),
        key=lambda e: abs(e.start_utc - event.start_utc),
    )
    assert again.to_json() == {**event.to_json(), "id": again.event_id, "evidence": again.to_json()["evidence"]}
    for part in ("trend", "radii", "plane", "movers"):
        assert known(again).to_json()[part] == known(event).to_json()[part], part


# ---- what others wrote


def test_an_operators_message_outranks_our_own() -> None:
    said = message()
    found = [e for e in events(view(*sets(), conjunctions=[said])) if abs(e.start_utc - at(1.0)) < np.timedelta64(60, "s")]
    (event,) = found
    assert event.label == "operator's message"
    assert known(event).message_id == "M1"
    assert event.quantities["collision_probability"].value > 0.0
    own = the_one(view(*sets()))
    assert event.quantities["own_miss_km"].value == pytest.approx(own.quantities["miss_km"].value)
    assert event.quantities["own_screening_probability"].value == pytest.approx(own.quantities["screening_probability"].value)
    assert abs(event.quantities["own_tca_offset_s"].value) < 1e-3
    assert "screening_probability" not in event.quantities


def test_a_message_about_another_approach_leaves_ours_alone() -> None:
    said = message(1.0 + 0.5 / 15.2)
    labels = sorted(
        e.label for e in events(view(*sets(), conjunctions=[said])) if abs(e.start_utc - at(1.0)) < np.timedelta64(1, "h")
    )
    assert labels == ["operator's message", "predicted"]


def test_later_messages_replace_earlier_ones_and_make_the_trend() -> None:
    said = [
        message(created_day=d, sigma_m=s, name=f"M{k}") for k, (d, s) in enumerate([(-0.5, 900.0), (0.0, 300.0), (0.3, 100.0)])
    ]
    event = the_one(view(*sets(), conjunctions=said))
    assert event.quantities["messages"].value == 3.0
    assert known(event).message_id == "M2"
    assert [v.known_utc for v in known(event).trend.views] == [at(-0.5), at(0.0), at(0.3)]
    sigmas = [v.sigma_km for v in known(event).trend.views]
    assert sigmas == sorted(sigmas, reverse=True)
    unknown_yet = the_one(view(*sets(), conjunctions=said, as_of=0.1))
    assert known(unknown_yet).message_id == "M1"


def test_a_message_about_a_satellite_without_an_orbit_is_still_told() -> None:
    elsewhere = told(HOST, DAYS, [300.0] * 5).having(norad_id=np.full(5, 77))
    (event,) = events(view(elsewhere, conjunctions=[message()]))
    assert (event.subject, event.label) == (str(ASSET), "operator's message")
    assert "own_miss_km" not in event.quantities


def test_who_could_move_is_told_by_the_message_where_the_catalogue_says_nothing() -> None:
    elsewhere = told(HOST, DAYS, [300.0] * 5).having(norad_id=np.full(5, 77))
    said = message()
    fragment = dataclasses.replace(said.objects[1], name="COSMOS 1408 DEB", object_type="", maneuverable="N/A")
    (event,) = events(view(elsewhere, conjunctions=[dataclasses.replace(said, objects=(said.objects[0], fragment))]))
    assert [m.can for m in known(event).movers] == ["unknown", "no"]
    assert known(event).movers[1].reason.code == "debris cannot move"


def test_a_message_without_covariance_is_told_and_its_number_is_not_ours() -> None:
    said = message()
    one, two = (dataclasses.replace(o, covariance_rtn_m=None) for o in said.objects)
    event = the_one(view(*sets(), conjunctions=[dataclasses.replace(said, objects=(one, two), probability=3e-4)]))
    assert "collision_probability" not in event.quantities
    assert event.quantities["message_probability"].value == 3e-4
    assert not event.normal
    assert known(event).plane is None


def test_a_subject_named_second_is_seen_from_its_own_side() -> None:
    said = message()
    turned = dataclasses.replace(said, objects=said.objects[::-1])
    one, two = (the_one(view(*sets(), conjunctions=[m])) for m in (said, turned))
    for name in ("miss_km", "radial_km", "in_track_km", "cross_track_km", "collision_probability"):
        assert one.quantities[name].value == pytest.approx(two.quantities[name].value, rel=1e-6), name


def test_our_message_is_valid_and_says_what_the_event_says() -> None:
    seen = view(*sets())
    event = the_one(seen)
    made = cdm_of(event, seen)
    for kind in ("KVN", "XML"):
        (parsed,) = read(dump_cdm(made, kind=kind).encode(), f"own.{kind.lower()}")
        assert not parsed.problems
        (back,) = parsed.conjunctions
        met = meeting_of(back)
        again = short.foster_1992(met.dr_km[None], met.dv_km_s[None], met.covariance[None, :3, :3], met.radius_km)
        np.testing.assert_allclose(again[0], event.quantities["screening_probability"].value, rtol=1e-2)
        assert back.miss_m == pytest.approx(event.quantities["miss_km"].value * 1e3, abs=1.0)
        assert any("NOT AN OPERATIONAL" in c for c in back.comments)


def test_the_message_of_an_operators_event_is_the_operators() -> None:
    said = message()
    seen = view(*sets(), conjunctions=[said])
    assert cdm_of(the_one(seen), seen) is said


def test_only_conjunctions_become_messages() -> None:
    seen = view(*sets())
    with pytest.raises(UsageError, match="conjunction"):
        cdm_of(dataclasses.replace(the_one(seen), kind="stay"), seen)


def test_the_covariance_of_a_side_is_what_the_sigma_of_the_miss_rests_on() -> None:
    event = the_one(view(*sets()))
    total = np.zeros((3, 3))
    for side in known(event).sides:
        basis = rtn_basis(side.r_km, side.v_km_s)
        total += basis.T @ side.covariance_rtn[:3, :3] @ basis
    dr = known(event).sides[1].r_km - known(event).sides[0].r_km
    along = dr / np.linalg.norm(dr)
    assert np.sqrt(along @ total @ along) == pytest.approx(event.quantities["miss_km"].sigma)


def test_errors_said_to_be_correlated_are_honoured_and_never_lower_the_alarm() -> None:
    """Both objects answer alike to a wrong forecast of the air: their difference is better known, and the miss improbable."""
    said = message(sigma_m=40.0)
    lines = (
        "DCP Density Forecast Uncertainty = 1.0",
        "DCP Sensitivity Vector RTN Pos = 39.0 0.0 0.0 [m]",
        "DCP Sensitivity Vector RTN Vel = 0.0 0.0 0.0 [m/sec]",
    )
    one, two = (dataclasses.replace(o, comments=lines) for o in said.objects)
    event = the_one(view(*sets(), conjunctions=[dataclasses.replace(said, objects=(one, two))]))
    together, apart = (event.quantities[f"{x}_probability"].value for x in ("collision", "uncorrelated"))
    reason = next(x.reason for x in event.explanations if x.name == "low probability")
    assert together != pytest.approx(apart, rel=0.01)
    assert reason.values["p"] == max(together, apart)
