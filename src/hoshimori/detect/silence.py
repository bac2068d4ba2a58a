"""An asset or neighbour that was regularly catalogued and is not: late beyond its rhythm, or gone, with the odds of each reason.

The silence of an object is judged by its own gaps, and counted only while others like it were heard. Why somebody's orbit is no
longer published cannot be seen in open data; what can be said is how likely such a gap is and which reasons remain. Docs:
docs/silence.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from hoshimori.detect import silence_heir
from hoshimori.detect.silence_account import Account, Limits, enough, judge, mean_gap, recorded, without_rhythm
from hoshimori.detect.silence_around import Around, Crowd, kind_of
from hoshimori.detect.silence_neighbours import neighbours
from hoshimori.detect.silence_odds import HYPOTHESES
from hoshimori.detect.silence_rates import Rates, shipped
from hoshimori.facts import Asset, DataMode, ElementSets, ObjectName, Watchlist
from hoshimori.findings import Event, Evidence, Explanation, Quantity, Reason, iso
from hoshimori.ports import Progress, View, silent

__all__ = ["Account", "Settings", "Silence"]

REJECTED = 0.01
"""An explanation with lower odds is called rejected; one with even odds and more, that means no harm to the record, wins."""
DULL = ("provider outage", "late", "on time")


@dataclass(frozen=True)
class Settings:
    """What the detector goes by; recorded in the evidence.

    notice_per_year, alarm_per_year: stated rates of false alarms by object, for being told at all and for an alarm; a neighbour
    is told at its own, lower rate. neighbours: how many of each asset's are looked at. around: what was seen of the others, one
    record for each silent object; given, it is used instead of the view.
    """

    notice_per_year: float = 1.0
    alarm_per_year: float = 0.1
    neighbours: int = 4
    neighbour_per_year: float = 0.02
    around: tuple[Mapping[str, Any], ...] = ()

    def limits(self, neighbour: bool) -> Limits:
        rate = self.neighbour_per_year
        return Limits(rate, rate) if neighbour else Limits(self.notice_per_year, self.alarm_per_year)


class Silence:
    """The detector `silence`: see the module. Satisfies ports.Detector."""

    name = "silence"
    version = "1"

    def __init__(self, settings: Settings | None = None, rates: Rates | None = None) -> None:
        self.settings = settings or Settings()
        self.rates = rates or shipped()

    def with_settings(self, settings: Mapping[str, Any]) -> Silence:
        given = {**settings, "around": tuple(dict(a) for a in settings.get("around", ()))}
        return Silence(Settings(**given), self.rates)

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """One event for each asset or neighbour that is late or silent; none where nobody was heard."""
        found = [self._event(view, a) for a in self.accounts(view, watchlist, progress=progress) if a.state in ("late", "silent")]
        return sorted(found, key=lambda e: (e.subject, e.others))

    def accounts(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Account]:
        """What can be said of every asset, in the order of the list, each followed by its neighbours."""
        return list(_Round(self, view, watchlist, progress).accounts())

    def _event(self, view: View, account: Account) -> Event:
        around = account.around
        assert around is not None  # a state of late or silent comes from others being heard
        neighbour = account.neighbour_of
        settings = asdict(replace(self.settings, around=(around.to_json(),)))
        parameters = {
            "start": iso(view.start_utc),
            "stop": iso(view.stop_utc),
            "as_of": iso(view.as_of_utc),
            "asset": account.asset_id,
            "cospar_id": str(account.sets.cospar_id[-1]),
            "declared": False,
            "settings": settings | {"around": list(settings["around"])},
            "gaps": account.gaps,
            "odds": dict(account.odds),
            "cannot_exclude": [r.to_json() for r in account.open_to],
        }
        inputs = tuple(account.sets.digest_texts()) + ((account.heir.digest,) if account.heir else ())
        claim = (
            f"{account.norad_id}: nothing new for {account.silent_days:.1f} days; usual every {account.usual_days:.2f} days; "
            f"likeliest: {account.likeliest}"
        )
        expected = f"another set: a gap as long comes {account.false_alarms_per_year:.2g} times a year while all is as before"
        evidence = Evidence(claim, f"{self.name}@{self.version}", inputs, parameters, expected)
        return Event(
            kind="silence",
            start_utc=account.last_known_utc,
            stop_utc=view.as_of_utc,
            subject=neighbour or str(account.norad_id),
            others=(str(account.norad_id),) if neighbour else (),
            label=account.likeliest if account.likeliest != "on time" else "late",
            normal=account.state != "silent",
            quantities=_quantities(account),
            evidence=(evidence,),
            explanations=tuple(_explanations(account)),
            as_of_utc=view.as_of_utc,
            data_mode=DataMode(int(account.sets.data_mode.max())),
        )


def _quantities(account: Account) -> dict[str, Quantity]:
    out = {
        "silent_days": Quantity(account.silent_days, "d"),
        "usual_days": Quantity(account.usual_days, "d"),
        "longest_days": Quantity(account.longest_days, "d"),
        "p_value": Quantity(account.p_value, "1"),
        "false_alarms_per_year": Quantity(account.false_alarms_per_year, "1/yr"),
    }
    return out | {f"odds {name}": Quantity(account.odds[name], "1") for name in HYPOTHESES}


def _explanations(account: Account) -> Iterator[Explanation]:
    """Every reason with its odds, the dull ones first, and what cannot be told at all."""
    for name in sorted(HYPOTHESES, key=lambda h: h not in DULL):
        share = account.odds[name]
        verdict = "rejected" if share < REJECTED else "wins" if share >= 0.5 and name in DULL else "possible"
        yield Explanation(name, verdict, Reason("silence odds", {"share": share}))
    for reason in account.open_to:
        yield Explanation("silence", "cannot tell", reason)


@dataclass(frozen=True)
class _Round:
    """One question to one view."""

    detector: Silence
    view: View
    watchlist: Watchlist
    progress: Progress

    def accounts(self) -> Iterator[Account]:
        latest = self.view.latest()
        given = {int(a["norad_id"]): Around.of(a) for a in self.detector.settings.around}
        crowd = None if given else Crowd.of(self.view)
        told: set[tuple[str, int]] = set()
        for done, asset in enumerate(self.watchlist.assets):
            self.progress("silence", done, len(self.watchlist.assets))
            for number, of in self._asked(asset, latest, given):
                if (of, number) not in told:
                    told.add((of, number))
                    yield self._account(asset, number, of, latest, crowd, given)
            if asset.norad_id is None:
                yield _unseen(asset)

    def _asked(self, asset: Asset, latest: ElementSets, given: Mapping[int, Around]) -> list[tuple[int, str]]:
        """Numbers to look at for one asset, each with the asset that it is a neighbour of."""
        if asset.norad_id is None:
            return []
        subject = str(asset.norad_id)
        if given:
            mine = [(n, a.neighbour_of) for n, a in given.items() if a.neighbour_of in ("", subject)]
            return [m for m in mine if m[1] or m[0] == asset.norad_id]
        watched = {a.norad_id for a in self.watchlist.assets}
        near = neighbours(latest, asset.norad_id, self.view.as_of_utc, self.detector.settings.neighbours).tolist()
        return [(asset.norad_id, ""), *((n, subject) for n in near if n not in watched)]

    def _account(
        self, asset: Asset, number: int, of: str, latest: ElementSets, crowd: Crowd | None, given: Mapping[int, Around]
    ) -> Account:
        sets, times = recorded(self.view.history(number), self.view.as_of_utc)
        if not len(sets):
            return _unseen(asset)
        names = self.view.names([number])
        first = Account(
            number, asset.asset_id, _called(asset, sets, names, of), "", sets=sets, gaps=len(times) - 1, neighbour_of=of
        )
        first = replace(first, last_epoch_utc=sets.epoch_utc[-1], last_known_utc=times[-1])
        if not enough(times):
            return without_rhythm(
                first, _older_share(crowd, number, times[-1], float(sets.mean_motion_rev_day[-1])), self.view.as_of_utc
            )
        around = given[number] if number in given else self._around(first, times, names, of, crowd)
        late = around.heard > 0
        heir = silence_heir.heir(self.view, sets.take([-1]), latest) if late and _overdue(around, times) else None
        limits = self.detector.settings.limits(bool(of))
        return judge(first, times, around, heir, self.view.as_of_utc, limits, self.detector.rates)

    def _around(self, first: Account, times: np.ndarray, names: Sequence[ObjectName], of: str, crowd: Crowd | None) -> Around:
        assert crowd is not None
        assert first.norad_id is not None
        motion = float(first.sets.mean_motion_rev_day[-1])
        found = crowd.around(first.norad_id, times[-1], motion, mean_gap(times), self.detector.rates)
        kind, decayed = kind_of(str(first.sets.name[-1]), names)
        return replace(found, kind=kind, decay_date=decayed, neighbour_of=of)


def _overdue(around: Around, times: np.ndarray) -> bool:
    """Is the silence longer than twice the mean gap? Before that nobody looks for an heir."""
    heard = np.datetime64(around.heard_utc.rstrip("Z"), "us")
    return bool(heard - times[-1] > 2.0 * mean_gap(times) * np.timedelta64(86_400_000_000, "us"))


def _unseen(asset: Asset) -> Account:
    if not asset.public_orbit:
        hidden = Reason("not observable from open data")
        return Account(asset.norad_id, asset.asset_id, asset.name, "not observable", open_to=(hidden,))
    why = Reason("silence never catalogued", {"asset": str(asset.norad_id or asset.asset_id)})
    return Account(asset.norad_id, asset.asset_id, asset.name, "never catalogued", open_to=(why,))


def _called(asset: Asset, sets: ElementSets, names: Sequence[ObjectName], of: str) -> str:
    known = [n.name for n in names if n.name] or [str(sets.name[-1])]
    return known[-1] or (asset.name if not of else "")


def _older_share(crowd: Crowd | None, number: int, last_utc: np.datetime64, motion: float) -> float:
    """Of the others in its shell, how many were heard no later than it."""
    if crowd is None:
        return float("nan")
    peers = crowd.peers(number, motion)
    return float((crowd.last_utc[peers] <= last_utc).mean()) if peers.any() else float("nan")
