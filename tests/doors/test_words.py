"""Both languages say the same things, and there is a word for everything that the code can come to say."""

from __future__ import annotations

import ast
import string
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import hoshimori
from hoshimori.detect.burns import LABELS
from hoshimori.doors.english import EN
from hoshimori.doors.english_nature import NATURE as NATURE_EN
from hoshimori.doors.english_threshold import THRESHOLD as THRESHOLD_EN
from hoshimori.doors.japanese import JA
from hoshimori.doors.japanese_nature import NATURE as NATURE_JA
from hoshimori.doors.japanese_threshold import THRESHOLD as THRESHOLD_JA
from hoshimori.doors.words import LANGUAGES, label, say, when, words
from hoshimori.errors import UsageError
from hoshimori.findings import Reason

SOURCE = Path(hoshimori.__file__).parent
EXAMPLE: dict[str, str | float] = {
    "other": "27954", "own": "43271", "km": 12.34, "other_km": 1.0, "sigma_km": 0.5, "when": "2026-05-30T12:34:56.000000Z",
    "since": "2026-05-30T12:34:56.000000Z", "newest": "2026-05-30T12:34:56.000000Z", "label": "shared slot (parking)",
    "explained_by": "identity swap", "passes": 2, "days": 6.5, "deg_day": -0.5, "spread": 0.01, "sets": 4, "error": 6,
    "km_day": 40.0, "kind": "silence", "said": "late", "asset": "99", "listed": "2017-005A", "found": "2017-006A",
    "date": "2026-01-01", "own_km": 30.0, "p": 0.01, "hours": 30.0, "expected_hours": 9.0, "rank": 1.0, "deg": 0.4,
    "expected_deg": 2.0,
    "burns": 2.0, "expected": 0.3, "gap_hours": 40.0, "usual_hours": 12.0, "hits": 2.0, "stops": 3.0, "expected_km": 58.0,
    "least": 5.0, "share": 0.4, "perigee_km": 190.0, "mode": "EW", "usual_deg_day": 0.1, "longitude_deg_e": 132.5,
    "slot_deg_e": 132.0, "half_width_deg": 0.1, "longest": 20.0, "was_deg_day": 1.0, "inc_deg": 0.2, "usual_deg": 0.05,
    "sma_km": 7000.0, "usual_km": 7010.0,
    "half_width_km": 1.0, "local_time_h": 10.4, "usual_h": 10.5, "half_width_min": 3.0, "track_km": 2.0, "score": 0.7,
    "times": 4.0, "dv_m_s": 0.2, "probability": 0.9, "off": 0.5, "usual_days": 1.0, "height_km": 700.0, "objects": 40.0,
    "method": "hall_3d_nc_2021", "ratio": 1.5, "reach_s": 30.0, "shift_km": 0.2, "log_change": 0.4, "dt_s": 0.01, "scale": 0.5,
    "maximum": 1e-4, "whose": "covariance of object 1", "largest": 5.0, "raised": 1.0, "size": 6.0, "sigma": 1.1,
    "trials": 1e6, "misfit": 0.2, "sigma_s": 3.0, "points": 4.0, "change": 0.01, "left_out": 1.0,
    "covered": 90.0, "percent": 50.0, "minutes": 5.0, "flare": "M5.2", "kp": 6.0, "count": 7.0, "which": "27954", "hour": 3.5,
    "beam": 1.0, "what": "GNSS", "semi_major_km": 1200.0, "condition": 40.0,
    "outages": 5.0, "p_holm": 0.2, "outside": 2.0, "from_m": 0.01, "tracked_m": 0.1, "low": 40.0, "high": 51.0, "f107": 120.0,
    "least_eigenvalue": -1e-9, "limit": 1e-4, "uneven": 1e-6, "sigmas": 6.0, "peaks": 2.0,
    "azimuth": 190.0, "controlled": "yes", "declared": 1.0, "perigee": 140.0, "revolution": 2.0, "revolutions": 30.0,
    "jump": 0.01, "out": 1.0, "ap": 30.0, "step": 6.1, "gap_h": 1.0,
    "pieces": 40.0, "m_s": 3.0, "odds": 0.02, "lost_share": 0.7, "known_share": 0.4, "collision": 0.3, "age_days": 900.0,
    "oldest_days": 365.0, "fewest": 5.0,
}  # fmt: skip


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def strings_passed_to(function: str, place: int) -> set[str]:
    """Every literal that the source passes to a function at one place, both branches of a choice included."""
    calls = [c for c in every_call() if isinstance(c.func, ast.Name) and c.func.id == function and len(c.args) > place]
    return {text for c in calls for text in literals(c.args[place])}


@cache
def every_call() -> list[ast.Call]:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in SOURCE.rglob("*.py")]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def literals(node: ast.expr) -> set[str]:
    if isinstance(node, ast.IfExp):
        return literals(node.body) | literals(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def test_both_tables_have_the_same_keys() -> None:
    assert sorted(EN) == sorted(JA)


@pytest.mark.parametrize("key", sorted(EN))
def test_both_texts_are_filled_from_the_same_values(key: str) -> None:
    clock = {"jst"}  # only Japanese readers are told Japan's own time
    assert fields(EN[key]) - clock == fields(JA[key]) - clock
    assert EN[key].strip()
    assert JA[key].strip()


def test_every_reason_that_the_source_gives_has_its_words() -> None:
    """Findings say theirs as "why ...", a brief says those of an assessment from its own tables."""
    codes = strings_passed_to("Reason", 0) | strings_passed_to("Why", 0)
    assert {"known neighbour", "not there before"} & codes, "is Reason still called so in the source?"
    for findings, brief in ((EN, {**THRESHOLD_EN, **NATURE_EN}), (JA, {**THRESHOLD_JA, **NATURE_JA})):
        told = {*(k.removeprefix("why ") for k in findings), *brief}
        heads = ("", "reason ", "confidence ", "undetermined ")
        assert sorted(c for c in codes if not any(f"{head}{c}" in told for head in heads)) == []


@pytest.mark.parametrize("kind", ["Reason", "Why"])
def test_the_words_of_a_reason_ask_for_nothing_that_the_source_does_not_give(kind: str) -> None:
    """Of every call whose values stand there as a literal: a name that is missing there would end a command with a traceback."""
    made = {"because", "of_passes", "miss", "risk"}  # put in by `say`
    calls = [c for c in every_call() if isinstance(c.func, ast.Name) and c.func.id == kind and len(c.args) == 2]
    written = [(c.args[0], c.args[1]) for c in calls if isinstance(c.args[1], ast.Dict) and None not in c.args[1].keys]
    assert len(written) > 5
    for code, values in written:
        given = {k.value for k in values.keys if isinstance(k, ast.Constant)}
        for text in literals(code):
            assert fields(EN.get(f"why {text}", "")) - made <= given, text


def test_every_explanation_and_verdict_has_its_words() -> None:
    said = strings_passed_to("Explanation", 0) | strings_passed_to("Explanation", 1) | strings_passed_to("Suspicion", 0)
    assert said
    assert sorted(x for x in said if x not in EN) == []


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
@pytest.mark.parametrize("code", sorted(k.removeprefix("why ") for k in EN if k.startswith("why ")))
def test_every_reason_can_be_said(code: str, lang: str) -> None:
    text = say(Reason(code, EXAMPLE), words(lang), {"27954": "GALAXY 13"})
    assert text
    assert "{" not in text
    assert "None" not in text


def test_a_reason_names_the_other_the_distance_and_the_moment() -> None:
    text = say(Reason("approach", {**EXAMPLE, "label": "past"}), EN, {"27954": "GALAXY 13"})
    assert text == "GALAXY 13 (27954) passes at 12.3 ± 0.5 km on 2026-05-30 12:34Z, past (identity swap), the nearest of 2 passes"


def test_a_neighbour_of_a_short_record_is_not_called_unusual_without_saying_so() -> None:
    values = {k: v for k, v in EXAMPLE.items() if k not in ("explained_by", "passes")} | {"record_days": 2.9, "label": "parking"}
    assert say(Reason("stay", values), EN, {}).endswith(
        "nearest 12.3 ± 0.5 km; the record is only 2.9 days long, too short to tell whether that is usual"
    )


def test_the_reason_of_a_detector_of_somebody_else_is_said_as_it_stands() -> None:
    assert say(Reason("plume", {"kelvin": 300, "band": "C"}), JA, {}) == "plume, band C, kelvin 300"


def test_a_reason_of_its_own_is_not_lost_among_explanations() -> None:
    assert "no covariance of object 2" in say(
        Reason("message cannot be judged", {"because": "no covariance of object 2"}), EN, {}
    )


def test_a_conjunction_is_said_with_what_is_known_of_it() -> None:
    told: dict[str, str | float] = {
        "other": "62997",
        "when": "2026-06-02T07:18:22Z",
        "label": "predicted",
        "km": 0.0055,
        "sigma_km": 0.873,
    }
    assert say(Reason("conjunction", {**told, "p": 1.4e-5, "maximum": 0.5}), EN, {"62997": "MEETING 2"}) == (
        "MEETING 2 (62997) passes at 5.5 m ± 873 m on 2026-06-02 07:18Z, predicted: maximum probability 0.5, probability 1.4e-05 "
        "(screening, from public element sets)"
    )
    bare = {k: v for k, v in told.items() if k not in ("km", "sigma_km")}
    for lang in LANGUAGES.values():
        assert lang["risk none"] in say(Reason("conjunction message", bare), lang, {})


def test_a_distance_without_sigma_claims_none() -> None:
    values = {k: v for k, v in EXAMPLE.items() if k != "sigma_km"} | {"label": "past"}
    assert " 12.3 km " in say(Reason("approach", values), EN, {})


def test_japanese_readers_get_their_own_time_beside_utc() -> None:
    moment = np.datetime64("2026-05-31T23:30", "us")
    assert when(moment, EN) == "2026-05-31 23:30Z"
    assert when(moment, JA) == "2026-05-31 23:30Z（日本時間 06-01 08:30）"


def test_a_label_within_a_label_is_said_in_both() -> None:
    assert label("shared slot (parking)", EN) == "shared slot (parking)"
    assert label("shared slot (parking)", JA) == f"{JA['shared slot']} ({JA['parking']})"


@pytest.mark.parametrize("kind", LABELS)
def test_every_kind_of_burn_has_words_of_its_own(kind: str) -> None:
    """Not those of an element or of a state, which share a name with two of them."""
    for w in LANGUAGES.values():
        assert label(kind, w) == w[f"burn {kind}"]
    assert label("inclination", EN) != EN["inclination"]


def test_a_label_of_somebody_else_is_said_as_it_stands() -> None:
    assert label("plume (hot)", JA) == "plume (hot)"


def test_an_unknown_language_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="en, ja"):
        words("fr")
