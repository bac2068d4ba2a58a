"""How a week's report reads its data: names, moments, reasons and quantities in one language, safe to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.doors.brief_reading import clean
from hoshimori.doors.words import JST, label, say
from hoshimori.findings import Event, Quantity, Reason, iso

Page = dict[str, Any]
ORDER = ("wins", "possible", "cannot tell", "rejected")
"""Of explanations, those that hold come first."""
MEASURED: Mapping[str, Sequence[str]] = {
    "approach": ("radial_km", "in_track_km", "cross_track_km", "relative_speed_km_s"),
    "stay": ("hours_within", "in_track_drift_km_day", "unusual"),
    "manoeuvre": ("dv_in_track_m_s", "dv_cross_track_m_s", "probability"),
    "pattern": ("score",),
    "silence": ("silent_days", "usual_days", "false_alarms_per_year"),
    "conjunction": ("relative_speed_km_s", "maximum_probability", "screening_probability", "collision_probability"),
}
"""What is told of a finding beside its nearest distance; of another kind the first MOST of its quantities, by name."""
MOST = 5
PLAIN = ("1", "")


@dataclass(frozen=True)
class Reading:
    """One report read in one language. `w`: the words, with a clock that says both times."""

    tree: Mapping[str, Any]
    w: Mapping[str, str]
    lang: str
    names: Mapping[str, str]

    @classmethod
    def of(cls, tree: Mapping[str, Any], table: Mapping[str, str], lang: str) -> Reading:
        names = {k: clean(str(v)) for k, v in tree["names"].items()}
        return cls(tree, {**table, "clock": table["week clock"]}, lang, names)

    def when(self, text: str) -> str:
        """2026-05-30 18:34Z (05-31 03:34 JST); an em dash for no time."""
        if not text:
            return "—"
        t = np.datetime64(str(text).rstrip("Z"), "us")
        return self.moment(t)

    def moment(self, t: np.datetime64) -> str:
        if np.isnat(t):
            return "—"
        utc, jst = iso(t)[:16].replace("T", " "), iso(t + JST)[5:16].replace("T", " ")
        return self.w["clock"].format(utc=utc, jst=jst)

    def span(self, e: Event) -> str:
        """When it happened, or from when to when; what lies after the moment of knowledge is said to be predicted."""
        if e.stop_utc >= np.datetime64(str(self.tree["stop"]).rstrip("Z"), "us") and e.start_utc < e.as_of_utc:
            return self.w["week lasting"].format(start=self.moment(e.start_utc))
        ahead = f" ({self.w['predicted']})" if e.stop_utc > e.as_of_utc else ""
        if e.stop_utc - e.start_utc < np.timedelta64(1, "m"):
            return f"{self.moment(e.start_utc)}{ahead}"
        return self.w["week from to"].format(start=self.moment(e.start_utc), stop=self.moment(e.stop_utc)) + ahead

    def called(self, number: str) -> str:
        return f"{self.names[number]} ({number})" if self.names.get(number) else clean(number)

    def reason(self, data: Mapping[str, Any] | Reason) -> str:
        known = data if isinstance(data, Reason) else Reason.from_json(data)
        return clean(say(known, self.w, self.names))

    def kind(self, kind: str) -> str:
        return self.w.get(f"week kind {kind}") or self.w.get(f"kind {kind}", clean(kind))

    def label(self, text: str) -> str:
        return clean(label(text, self.w))

    def listed(self, texts: Sequence[str]) -> str:
        return ("、" if self.lang == "ja" else "; ").join(texts)

    def few(self, texts: Sequence[str]) -> str:
        return ("、" if self.lang == "ja" else ", ").join(texts)

    def tests(self, e: Event) -> list[str]:
        """The dull explanations that were tested, those that hold first."""
        rank = {v: k for k, v in enumerate(ORDER)}
        ordered = sorted(e.explanations, key=lambda x: rank.get(x.verdict, len(ORDER)))
        said = (f"{self.w.get(x.name, x.name)}: {self.w.get(x.verdict, x.verdict)} — {self.reason(x.reason)}" for x in ordered)
        return [clean(x) for x in dict.fromkeys(said)]

    def measures(self, e: Event) -> list[dict[str, str]]:
        chosen = [k for k in MEASURED.get(e.kind, sorted(e.quantities)[:MOST]) if k in e.quantities]
        return [{"label": self.w.get(f"q {k}", k.replace("_", " ")), "value": self.quantity(e.quantities[k])} for k in chosen]

    def quantity(self, q: Quantity) -> str:
        """Value ± one sigma and unit; where no sigma is known of what has a unit, that is said."""
        unit = "" if q.unit in PLAIN else f" {self.w.get(f'unit {q.unit}', q.unit)}"
        if q.sigma is not None:
            return f"{_figures(q.value)} ± {_figures(q.sigma)}{unit}"
        return f"{_figures(q.value)}{unit}" + (f" ({self.w['week no sigma']})" if q.unit in ("km", "m", "deg") else "")

    def nearest(self, e: Event) -> str:
        return self.w["week nearest"].format(km=self.quantity(e.quantities["miss_km"])) if "miss_km" in e.quantities else ""


def _figures(value: float) -> str:
    """Three figures, without an exponent for what people count in."""
    if not np.isfinite(value):
        return "—"
    size = abs(value)
    if size != 0.0 and (size < 1e-3 or size >= 1e6):
        return f"{value:.2g}"
    return f"{value:.{0 if size >= 1000 else 1 if size >= 10 else 2 if size >= 1 else 3}f}"
