"""What people read, in either language: reasons, labels and times in words, from the tables `english` and `japanese`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hoshimori.doors.english import EN
from hoshimori.doors.japanese import JA
from hoshimori.errors import UsageError
from hoshimori.findings import AssetState, Reason, iso

JST = np.timedelta64(9, "h")

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": EN, "ja": JA}


def words(lang: str) -> Mapping[str, str]:
    """The table of one language."""
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang!r}: known languages are {', '.join(sorted(LANGUAGES))}")
    return LANGUAGES[lang]


def say(reason: Reason, w: Mapping[str, str], names: Mapping[str, str]) -> str:
    """A reason in words. `names`: catalogue number as text to object name.

    A code without words, which another's detector may give, is said as it stands with its values.
    """
    values = dict(reason.values)
    if f"why {reason.code}" not in w:
        return ", ".join([reason.code, *(f"{key} {value}" for key, value in sorted(values.items()))])
    for key in ("other", "own"):
        if key in values:
            values[key] = _called(str(values[key]), names)
    for key in ("when", "since", "newest"):
        if key in values:
            values[key] = when(np.datetime64(str(values[key]).rstrip("Z"), "us"), w)
    if "whose" in values:
        values["whose"] = w.get(str(values["whose"]), values["whose"])
    if "method" in values:
        values["method"] = w.get(f"method {values['method']}", values["method"])
    if "mode" in values:
        values["mode"] = w.get(f"kept {values['mode']}", values["mode"])
    if "km" in values:
        sigma = f" ± {values['sigma_km']:.1f}" if "sigma_km" in values else ""
        values["miss"] = f"{values['km']:.1f}{sigma}"
    if "label" in values:
        values["label"] = label(str(values["label"]), w)
    if reason.code == "event":
        values["kind"] = w.get(f"kind {values['kind']}", values["kind"])
        values["said"] = label(str(values["said"]), w)
    explained = ", ".join(w.get(x, x) for x in str(values.get("explained_by", "")).split(", ") if x)
    values["of_passes"] = w["of passes"].format(**values) if "passes" in values else ""
    values.setdefault("because", w["because"].format(explained_by=explained) if explained else "")
    if "record_days" in values:
        values["because"] = f"{values['because']}{w['too short'].format(**values)}"
    if reason.code in ("conjunction", "conjunction message"):
        values |= _meeting(reason, w)
    return w[f"why {reason.code}"].format(**values)


def _meeting(reason: Reason, w: Mapping[str, str]) -> dict[str, str]:
    """How near and how risky a conjunction is, as far as that is known."""
    known = {key: float(value) for key, value in reason.values.items() if key in ("km", "sigma_km", "p", "maximum")}
    sigma = f" ± {metres(known['sigma_km'])}" if "sigma_km" in known else ""
    said = [w[f"risk {key}"].format(value=f"{known[key]:.2g}") for key in ("maximum", "p") if key in known]
    return {
        "miss": f"{metres(known['km'])}{sigma}" if "km" in known else w["miss not known"],
        "risk": ", ".join(said) or w["risk none"],
    }


def minute(t: np.datetime64) -> str:
    """2026-05-30 12:34 — to the minute, the year first."""
    return iso(t)[:16].replace("T", " ")


def when(t: np.datetime64, w: Mapping[str, str]) -> str:
    """A moment in UTC, for Japanese readers with Japan's own time beside it."""
    return w["clock"].format(utc=minute(t), jst=minute(t + JST)[5:])


def count(state: AssetState, name: str) -> str:
    """How many; an em dash for an asset that cannot be seen: of it, nothing is not the same as none."""
    return "—" if state.state == "not observable" else f"{state.quantities[name].value:.0f}"


def age(state: AssetState, w: Mapping[str, str]) -> str:
    """How old the newest orbit is, and whose it is if not the public one."""
    if np.isnan(state.age_days):
        return "—"
    return w["owner_oem"] if "ephemerides" in state.quantities else w["days_old"].format(days=state.age_days)


def _called(number: str, names: Mapping[str, str]) -> str:
    return f"{names[number]} ({number})" if names.get(number) else number


def label(text: str, w: Mapping[str, str]) -> str:
    """A label of an event in words: "parking", or "shared slot (parking)"; one without words as it stands."""
    outer, _, inner = text.partition(" (")
    said, more = (w.get(f"burn {x}", w.get(x, x)) for x in (outer, inner.rstrip(")")))
    return f"{said} ({more})" if inner else said


def burn_label(text: str, w: Mapping[str, str]) -> str:
    """The kind of a burn in words."""
    return w.get(f"burn {text}", text)


def metres(km: float) -> str:
    """A length as people read it: 12 m, 340 m, 2.31 km, 41.5 km."""
    m = abs(km) * 1000.0
    if m < 1000.0:
        return f"{km * 1000.0:.{0 if m >= 10.0 else 1}f} m"
    return f"{km:.{2 if abs(km) < 10.0 else 1}f} km"
