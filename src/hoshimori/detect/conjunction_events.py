"""From a close approach, or a message about one, to an event: its numbers, the dull explanations, and what a re-run needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.detect import operators, risk, sizes
from hoshimori.detect.close_approaches import Approaches
from hoshimori.detect.conjunction_record import CLAIM, Detail, Side, plane
from hoshimori.detect.movers import Mover
from hoshimori.detect.nearing import Near
from hoshimori.detect.neighbourhood import US_PER_DAY
from hoshimori.detect.records import Records
from hoshimori.detect.soundness import Suspicion
from hoshimori.detect.thresholds import Radius, Settings
from hoshimori.detect.trend import Trend
from hoshimori.facts import Asset, ConjunctionObject, DataMode, Floats, Watchlist
from hoshimori.findings import Event, Evidence, Explanation, Quantity, Reason, iso
from hoshimori.ports import View
from hoshimori.sky import relative

KIND, PREDICTED, PAST, MESSAGE = "conjunction", "predicted", "past", "operator's message"
RTN = ("radial_km", "in_track_km", "cross_track_km")
PROBABLE = "low probability"


@dataclass(frozen=True)
class Writer:
    """Writes the events of one group; `near` None where the subject has no orbit in this view, `asset` then names it."""

    view: View
    watchlist: Watchlist
    settings: Settings
    method: str
    near: Near | None
    records: Records
    asset: Asset | None = None

    # ---- our own computation

    def own(self, row: Approaches, trend: Trend) -> Event:
        """row: one approach."""
        near = self._near()
        one, two, t = int(row.norad_id[0]), int(row.other_norad_id[0]), row.tca_utc[0]
        tests = [
            _probability(float(row.screening_probability[0]), row, self.settings.action),
            *self._passed(t),
            self._stale(row),
            self._neighbour(one, two),
            *self._suspicious(one, two),
        ]
        detail = Detail(
            trend,
            (self._mover(one), self._mover(two)),
            (near.radius_of(one), near.radius_of(two)),
            plane(row.dr_km[0], row.dv_km_s[0], row.r_km[0], row.covariance_km2[0], float(row.radius_m[0]) * 1e-3),
            self._sides(row),
        )
        quantities = _approach(row) | _risks(row, "") | _trend(trend)
        within = self.settings.within(86400.0 / near.period_s(one))
        claim = f"{self._text(two)} passes within {within:g} km of {self._text(one)}"
        label = PREDICTED if t > self.view.as_of_utc else PAST
        return self._event(one, self._text(two), t, label, quantities, tests, claim, detail, [one, two], [])

    def _near(self) -> Near:
        assert self.near is not None, "our own computation needs orbits"
        return self.near

    def _stale(self, row: Approaches) -> Explanation:
        ages = [float(x) for x in (row.age_days[0], row.other_age_days[0]) if np.isfinite(x)]
        oldest = max(ages, default=0.0)
        verdict = "possible" if oldest > self.settings.stale_days else "rejected"
        return Explanation("stale element set", verdict, Reason("age of the older set", {"days": oldest}))

    def _passed(self, t: np.datetime64) -> list[Explanation]:
        if t > self.view.as_of_utc:
            return []
        return [Explanation("already passed", "wins", Reason("computed after the fact", {"when": iso(t)}))]

    def _neighbour(self, one: int, two: int) -> Explanation:
        """Does the other one belong here: declared, or there since the record begins and for days?"""
        if self._declared(one, two):
            return Explanation("known neighbour", "wins", Reason("declared co-located"))
        spell = self.near.stays.get(frozenset((one, two))) if self.near is not None else None
        if spell is None:
            return Explanation("known neighbour", "rejected", Reason("does not stay"))
        start_us, known_us = (
            int(x.astype("datetime64[us]").astype(np.int64)) for x in (self.view.start_utc, self.view.as_of_utc)
        )
        begins_us = max(start_us, *(self._first_us(k) for k in (one, two)))
        if spell[0] > begins_us + US_PER_DAY:
            since = iso(np.datetime64(spell[0], "us"))
            return Explanation("known neighbour", "rejected", Reason("not there before", {"since": since}))
        lasted = (min(spell[1], known_us) - spell[0]) / US_PER_DAY
        if lasted < self.settings.known_after_days:
            return Explanation("known neighbour", "cannot tell", Reason("short record", {"days": lasted}))
        return Explanation("known neighbour", "wins", Reason("there since the record begins", {"days": lasted}))

    def _first_us(self, key: int) -> int:
        """When the first set of this object is known to speak of it; an owner's ephemeris begins no record."""
        epochs = self._near().bodies.sets_of(key).epoch_utc
        return int(epochs[0].astype("datetime64[us]").astype(np.int64)) if len(epochs) else 0

    def _suspicious(self, one: int, two: int) -> list[Explanation]:
        """What was found wrong with a set of either. A swap of numbers explains an approach; a cross-tag may."""
        return [Explanation(s.kind, _verdict(s), s.reason) for s in self._suspicions([one, two])]

    def _suspicions(self, keys: Sequence[int]) -> list[Suspicion]:
        near = self.near
        speaking = [] if near is None else [k for k in keys if k not in near.given]
        return [] if near is None else [s for s in near.bodies.suspicions if s.norad_id in speaking]

    def _sides(self, row: Approaches) -> tuple[Side, Side]:
        keys = np.array([row.norad_id[0], row.other_norad_id[0]])
        t_us = np.repeat(row.tca_utc.astype("datetime64[us]").astype(np.int64), 2)
        rtn = self._near().covariance_rtn(keys, t_us, self.records.errors)
        states = (row.r_km[0], row.v_km_s[0]), (row.r_km[0] + row.dr_km[0], row.v_km_s[0] + row.dv_km_s[0])
        names = str(row.name[0]), str(row.other_name[0])
        one, two = (self._side(int(keys[k]), names[k], states[k][0], states[k][1], np.nan_to_num(rtn[k])) for k in range(2))
        return one, two

    def _side(self, key: int, name: str, r_km: Floats, v_km_s: Floats, rtn: Floats) -> Side:
        near, history = self._near(), self.records.history(key)
        if key in near.given:
            basis = "owner's ephemeris" if rtn.any() else "none"
        else:
            model = self.records.errors.of(key)
            basis = "none" if model is None else model.basis
        cospar = str(history.cospar_id[-1]) if len(history) else ""
        return Side(self._text(key), name, cospar, near.types_of(key), r_km, v_km_s, rtn, basis)

    def _mover(self, key: int, told: ConjunctionObject | None = None) -> Mover:
        """told: what a message says of it, where the catalogue says nothing."""
        kind = self.near.types_of(key) if self.near is not None and key in self.near.bodies.keys else ""
        if told is not None and kind in ("", "UNKNOWN"):
            kind = told.object_type if told.object_type not in ("", "UNKNOWN") else sizes.type_by_name(told.name)
        return self.records.mover(key, kind, "" if told is None else told.maneuverable)

    # ---- what others wrote

    def message(self, told: operators.Told, ours: Approaches | None) -> Event:
        """ours: our own computation of the same approach, if there is one."""
        subject, other = told.subject, told.other
        keys = [told.number, *([other.norad_id] if other.norad_id is not None else [])]
        radii = tuple(self._radius(k) for k in (told.number, other.norad_id))
        combined = float(sizes.combined_m(*(sizes.Radii(*(np.array([x]) for x in r)) for r in radii))[0])
        found = operators.judgement(told.last, combined)
        trend = operators.history_of(told, combined)
        tests = [self._judged(told, found), *self._passed(told.last.tca_utc)]
        if other.norad_id is not None:
            tests.append(self._neighbour(told.number, other.norad_id))
        movers = (self._mover(told.number, subject), self._mover(other.norad_id or 0, other))
        sides, flat, quantities = _from_message(told, found)
        quantities["messages"] = Quantity(float(len(told.messages)), "1")
        quantities |= _trend(trend) | _beside(told, ours)
        judged = found.judged
        detail = Detail(
            trend,
            movers,
            (radii[0], radii[1]),
            flat,
            sides,
            method="" if judged is None else judged.chosen.method,
            message_id=told.last.message_id,
            originator=told.last.originator,
            flagged=judged is not None and judged.flagged,
            why=tuple(operators.reasons(judged)) if judged is not None else (),
        )
        claim = f"{told.last.originator} tells of {operators.identity(other)} near {told.number} (message {told.last.message_id})"
        others, t = operators.identity(other), told.last.tca_utc
        return self._event(told.number, others, t, MESSAGE, quantities, tests, claim, detail, keys, operators.sources(told))

    def _judged(self, told: operators.Told, found: operators.Judgement) -> Explanation:
        if found.judged is None:
            p, reason = told.last.probability, found.refused
            verdict = "cannot tell" if np.isnan(p) or p < self.settings.action else "rejected"
            assert reason is not None, "what is not judged was refused"
            return Explanation(PROBABLE, verdict, reason)
        p = found.most
        values: dict[str, str | float] = {"p": p, "limit": self.settings.action, "method": found.judged.chosen.method}
        return Explanation(
            PROBABLE, "wins" if p < self.settings.action else "rejected", Reason("probability of the message", values)
        )

    def _radius(self, number: int | None) -> Radius:
        if number is not None and self.near is not None and number in self.near.bodies.keys:
            return self.near.radius_of(number)
        held = self.settings.radii.get(str(number))
        return held if held is not None else (sizes.ASSUMED_M["UNKNOWN"], 0.0, sizes.ASSUMED)

    # ---- the event

    def _event(
        self,
        key: int,
        other: str,
        t_utc: np.datetime64,
        label: str,
        quantities: dict[str, Quantity],
        tests: Sequence[Explanation],
        claim: str,
        detail: Detail,
        keys: Sequence[int],
        sources: Sequence[str],
    ) -> Event:
        parameters = self._parameters(key, keys)
        first = Evidence(
            claim, self.method, self._inputs(keys, sources), parameters, f"no probability of {self.settings.attention:g}"
        )
        second = Evidence(CLAIM, self.method, (), detail.to_json(), "a risk that stays as low as it is")
        return Event(
            kind=KIND,
            start_utc=t_utc,
            stop_utc=t_utc,
            subject=self._text(key),
            others=(other,),
            label=label,
            normal=any(x.verdict == "wins" for x in tests),
            quantities={k: q for k, q in quantities.items() if np.isfinite(q.value)},
            evidence=(first, second),
            explanations=tuple(tests),
            as_of_utc=self.view.as_of_utc,
            data_mode=self._mode(keys, detail),
        )

    def _parameters(self, key: int, keys: Sequence[int]) -> dict[str, Any]:
        asset = self._asset(key)
        known = [k for k in keys if self.near is not None and k in self.near.bodies.keys]
        radii = {str(k): self._radius(k) for k in keys}
        types = {str(k): self.near.types_of(k) for k in known} if self.near is not None else {}
        return {
            "start": iso(self.view.start_utc),
            "stop": iso(self.view.stop_utc),
            "as_of": iso(self.view.as_of_utc),
            "asset": asset.asset_id if asset is not None else str(key),
            "cospar_id": asset.cospar_id if asset is not None else "",
            "declared": len(keys) == 2 and self._declared(keys[0], keys[1]),
            "settings": self.settings.recorded(radii, types),
        }

    def _inputs(self, keys: Sequence[int], sources: Sequence[str]) -> tuple[str, ...]:
        """All sets of both as they were used, those of whoever explains one of them, and the stored bytes of others' words."""
        explained = {s.other for s in self._suspicions(keys) if s.other is not None} | set(keys)
        out = list(sources)
        for key in sorted(explained):
            if self.near is not None:
                out += self.near.bodies.sets_of(key).digest_texts()
                out += [f"sha256:{e.source}" for e in self.near.given.get(key, ()) if e.source]
            out += self.records.digests(key) if key in keys else []
        return tuple(dict.fromkeys(out))

    def _mode(self, keys: Sequence[int], detail: Detail) -> DataMode:
        """The mode farthest from REAL among what the event stands on."""
        modes = [0]
        for key in keys:
            modes += self.records.history(key).data_mode.tolist()
            if self.near is not None:
                modes += [
                    *self.near.bodies.sets_of(key).data_mode.tolist(),
                    *(int(e.data_mode) for e in self.near.given.get(key, ())),
                ]
        if detail.message_id:
            modes += [int(m.data_mode) for m in self.view.conjunctions(keys[0]) if m.message_id == detail.message_id]
        return DataMode(max(modes))

    def _asset(self, key: int) -> Asset | None:
        return self.near.assets.get(key, self.asset) if self.near is not None else self.asset

    def _text(self, key: int) -> str:
        asset = self._asset(key)
        return str(key) if key >= 0 or asset is None else asset.asset_id

    def _declared(self, one: int, two: int) -> bool:
        return any({one, two} <= slot for slot in self.watchlist.co_located)


def _verdict(s: Suspicion) -> str:
    return "wins" if s.kind == "identity swap" else "possible" if s.reason.code == "cross-tag" else "rejected"


def _probability(screening: float, row: Approaches, action: float) -> Explanation:
    """Low where neither the covariance at hand nor any smaller one gives a probability that calls for action."""
    if np.isnan(screening):
        return Explanation(PROBABLE, "cannot tell", Reason("no probability"))
    values: dict[str, str | float] = {"p": screening, "maximum": float(row.maximum_probability[0]), "limit": action}
    high = bool(risk.above(row.risk, action)[0])
    code = "diluted" if bool(row.diluted[0]) else "not diluted"
    return Explanation(PROBABLE, "rejected" if high else "wins", Reason(code, values))


def _approach(row: Approaches) -> dict[str, Quantity]:
    """Where and how fast, with one sigma each."""
    covariance, dr, dv = row.covariance_km2[0], row.dr_km[0], row.dv_km_s[0]
    out = {"miss_km": Quantity(float(row.miss_km[0]), "km", _known(row.miss_sigma_km[0]))}
    out |= _axes(dr, row.r_km[0], row.v_km_s[0], covariance)
    speed = float(np.linalg.norm(dv))
    out["relative_speed_km_s"] = Quantity(speed, "km/s")
    if speed > 0.0:
        out["tca_sigma_s"] = Quantity(float(np.sqrt(dv @ covariance @ dv)) / speed**2, "s")
    out["age_days"] = Quantity(float(row.age_days[0]), "d")
    out["other_age_days"] = Quantity(float(row.other_age_days[0]), "d")
    out["radius_m"] = Quantity(float(row.radius_m[0]), "m")
    return out


def _axes(dr: Floats, r_km: Floats, v_km_s: Floats, covariance: Floats) -> dict[str, Quantity]:
    basis = relative.rtn_basis(r_km, v_km_s)
    sigma = np.sqrt(np.diag(basis @ covariance @ basis.T))
    parts = basis @ dr
    return {name: Quantity(float(x), "km", _known(s)) for name, x, s in zip(RTN, parts, sigma, strict=True)}


def _known(sigma: float) -> float | None:
    return float(sigma) if np.isfinite(sigma) and sigma > 0.0 else None


def _risks(row: Approaches, prefix: str) -> dict[str, Quantity]:
    names = ("screening_probability", "maximum_probability", "mahalanobis", "maximum_scale", "diluted")
    return {f"{prefix}{name}": Quantity(float(getattr(row, name)[0]), "1") for name in names}


def _trend(trend: Trend) -> dict[str, Quantity]:
    return {"trend_views": Quantity(float(len(trend.views)), "1"), "trend_score": Quantity(float(trend.score), "1")}


def _beside(told: operators.Told, ours: Approaches | None) -> dict[str, Quantity]:
    """What we made of the same approach ourselves."""
    if ours is None:
        return {}
    t_us = int(ours.tca_utc[0].astype("datetime64[us]").astype(np.int64))
    out = {"own_miss_km": Quantity(float(ours.miss_km[0]), "km", _known(ours.miss_sigma_km[0]))}
    out["own_tca_offset_s"] = Quantity((t_us - told.tca_us) * 1e-6, "s")
    return out | _risks(ours, "own_")


def _from_message(told: operators.Told, found: operators.Judgement) -> tuple[tuple[Side, Side], Any, dict[str, Quantity]]:
    """Both sides, the encounter plane, and the numbers of a message, seen from the subject."""
    m = told.last
    quantities = {"radius_m": Quantity(found.radius_m, "m"), "message_probability": Quantity(m.probability, "1")}
    if found.judged is None:
        quantities |= {"miss_km": Quantity(m.miss_m * 1e-3, "km")}
        quantities |= {"relative_speed_km_s": Quantity(m.relative_speed_m_s * 1e-3, "km/s")}
        return _bare_sides(told), None, quantities
    met = found.judged.meeting
    r, v, c, r2, v2, c2 = operators.oriented(met, told.place)
    dr, dv, covariance = r2 - r, v2 - v, met.covariance[:3, :3]
    quantities["collision_probability"] = Quantity(found.judged.chosen.probability, "1")
    quantities["uncorrelated_probability"] = Quantity(found.uncorrelated, "1")
    sigma = risk.sigma_along_km(dr[None], covariance[None])[0]
    quantities["miss_km"] = Quantity(float(np.linalg.norm(dr)), "km", _known(sigma))
    quantities |= _axes(dr, r, v, covariance)
    quantities["relative_speed_km_s"] = Quantity(float(np.linalg.norm(dv)), "km/s")
    sides = []
    for o, state, cov in ((told.subject, (r, v), c), (told.other, (r2, v2), c2)):
        turn = np.zeros((6, 6))
        turn[:3, :3] = turn[3:, 3:] = relative.rtn_basis(*state)
        rtn = turn @ np.nan_to_num(cov) @ turn.T
        sides.append(Side(operators.identity(o), o.name, o.cospar_id, o.object_type, *state, rtn, "message"))
    return (sides[0], sides[1]), plane(dr, dv, r, covariance, found.radius_m * 1e-3), quantities


def _bare_sides(told: operators.Told) -> tuple[Side, Side]:
    """As written, in the frame of the message, without covariance."""
    one, two = (
        Side(operators.identity(o), o.name, o.cospar_id, o.object_type, o.r_km, o.v_km_s, np.zeros((6, 6)), "none")
        for o in (told.subject, told.other)
    )
    return one, two
