"""Space weather as text: the CSSI file of CelesTrak and AGI (fixed columns, or the same as CSV), to days of indices.

Reference: CelesTrak, "Space Weather Data Documentation" (SpaceWx-format). Kp is written times ten and rounded (03, 07, 10 are
0+, 1-, 1): it is given back in thirds. Columns are counted, not split: missing values are blank.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from typing import NamedTuple

import numpy as np

from hoshimori.declared.activity import MONTHLY, OBSERVED, PREDICTED, SpaceWeather
from hoshimori.errors import FormatError, Problem
from hoshimori.facts import Floats

LIMIT_BYTES = 64 * 2**20
_SECTIONS = {
    "OBSERVED": OBSERVED,
    "DAILY_PREDICTED": PREDICTED,
    "MONTHLY_PREDICTED": MONTHLY,
    "MONTHLY_FIT": MONTHLY,
}
_CSV_KINDS = {"OBS": OBSERVED, "INT": OBSERVED, "PRD": PREDICTED, "PRM": MONTHLY}
_CSV_NEEDED = ("DATE", "AP_AVG", "F10.7_OBS", "F10.7_DATA_TYPE")
_UPDATED = re.compile(r"^UPDATED\s+(\d{4}) ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d)", re.MULTILINE)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_FIXED = {"kp": (18, 3, 8), "ap_3h": (46, 4, 8), "ap": (78, 4, 1), "adjusted": (92, 6, 1), "observed": (112, 6, 1)}
"""First column (from 0), width, count of FORMAT(I4,I3,I3,I5,I3,8I3,I4,8I4,I4,F4.1,I2,I4,F6.1,I2,5F6.1)."""
_RANGES = {"kp": (0.0, 90.0), "ap_3h": (0.0, 400.0), "ap": (0.0, 400.0), "adjusted": (50.0, 500.0), "observed": (50.0, 500.0)}
NUMBERS = 19
"""Columns of a row of numbers: Kp (8), ap (8), Ap, F10.7 at 1 au, F10.7 observed."""


class _Row(NamedTuple):
    line: int
    day: np.datetime64
    kind: str
    numbers: list[float]


def read_space_weather(content: bytes, file: str) -> SpaceWeather:
    """Every day that the file tells, in order of date; rows that cannot be read are left out and named in `.problems`.

    A day told twice counts as first told, observed before predicted. FormatError: not such a file, or no row of it usable.
    """
    text = _text(content, file)
    problems: list[Problem] = []
    if "CssiSpaceWeather" in text[:200]:
        rows = _fixed(text, file, problems)
    elif all(name in text.partition("\n")[0] for name in _CSV_NEEDED):
        rows = _comma(text, file, problems)
    else:
        raise FormatError(
            f"{file}: expected space weather as CelesTrak writes it: text that begins 'DATATYPE CssiSpaceWeather', or CSV with "
            f"columns {', '.join(_CSV_NEEDED)}; found {text[:40]!r}"
        )
    order = {OBSERVED: 0, PREDICTED: 1, MONTHLY: 2}
    rows.sort(key=lambda row: (row.day, order[row.kind], row.line))
    kept = [row for k, row in enumerate(rows) if k == 0 or row.day != rows[k - 1].day]
    if not kept:
        raise FormatError(f"{file}: no day of space weather in it could be read", problems)
    numbers = np.array([row.numbers for row in kept], dtype=np.float64).reshape(-1, NUMBERS)
    return SpaceWeather(
        day_utc=np.array([row.day for row in kept], dtype="datetime64[D]"),
        kind=np.array([row.kind for row in kept]),
        kp=_thirds(numbers[:, :8]),
        ap_3h=numbers[:, 8:16],
        ap=numbers[:, 16],
        f107_sfu=numbers[:, 18],
        f107_1au_sfu=numbers[:, 17],
        updated_utc=_updated(text),
        file=file,
        digest=hashlib.sha256(content).hexdigest(),
        problems=tuple(problems),
    )


def _text(content: bytes, file: str) -> str:
    if content[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(content)) as unpacked:
                content = unpacked.read(LIMIT_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise FormatError(f"{file}: a gzip file that cannot be unpacked ({error})") from None
    if len(content) > LIMIT_BYTES:
        raise FormatError(f"{file}: more than {LIMIT_BYTES >> 20} MiB, no space weather file is that long")
    return content.decode("utf-8-sig", errors="replace")


def _fixed(text: str, file: str, problems: list[Problem]) -> list[_Row]:
    rows: list[_Row] = []
    kind = ""
    for line, row in enumerate(text.splitlines(), 1):
        if row.startswith("BEGIN "):
            kind = _SECTIONS.get(row[6:].strip(), "")
        elif row.startswith("END "):
            kind = ""
        elif kind and row[:1].isdigit():
            day = _day(f"{row[0:4]}-{row[5:7]}-{row[8:10]}".replace(" ", "0"), file, line, problems)
            texts = {name: [row[a + w * k : a + w * (k + 1)] for k in range(n)] for name, (a, w, n) in _FIXED.items()}
            numbers = _numbers(texts, file, line, problems)
            if day is not None and numbers is not None:
                rows.append(_Row(line, day, kind, numbers))
    return rows


def _comma(text: str, file: str, problems: list[Problem]) -> list[_Row]:
    rows: list[_Row] = []
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        line = reader.line_num
        said = (row.get("F10.7_DATA_TYPE") or "").strip()
        kind = _CSV_KINDS.get(said, "")
        if not kind:
            problems.append(Problem(file, line, None, "F10.7_DATA_TYPE", said[:80], "OBS, INT, PRD or PRM"))
            continue
        day = _day((row.get("DATE") or "").strip(), file, line, problems)
        texts = {
            "kp": [row.get(f"KP{k}") or "" for k in range(1, 9)],
            "ap_3h": [row.get(f"AP{k}") or "" for k in range(1, 9)],
            "ap": [row.get("AP_AVG") or ""],
            "adjusted": [row.get("F10.7_ADJ") or ""],
            "observed": [row.get("F10.7_OBS") or ""],
        }
        numbers = _numbers(texts, file, line, problems)
        if day is not None and numbers is not None:
            rows.append(_Row(line, day, kind, numbers))
    return rows


def _day(text: str, file: str, line: int, problems: list[Problem]) -> np.datetime64 | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return np.datetime64(text, "D")
    except ValueError:
        pass
    problems.append(Problem(file, line, None, "DATE", text[:80], "a date: year, month, day"))
    return None


def _numbers(texts: dict[str, list[str]], file: str, line: int, problems: list[Problem]) -> list[float] | None:
    """The nineteen numbers of a row, NaN where blank; None, with a Problem, where one is no number or out of its range."""
    found: list[float] = []
    for name, parts in texts.items():
        low, high = _RANGES[name]
        for part in parts:
            value = _number(part)
            if value is None or value < low or value > high:
                problems.append(
                    Problem(file, line, None, name, part.strip()[:80], f"a number from {low:g} to {high:g}, or blank")
                )
                return None
            found.append(value)
    return found


def _number(text: str) -> float | None:
    text = text.strip()
    if not text:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _thirds(kp_times_ten: Floats) -> Floats:
    """0, 3, 7, 10 ... to 0, 1/3, 2/3, 1."""
    return np.asarray(np.rint(kp_times_ten * 0.3) / 3.0)


def _updated(text: str) -> np.datetime64:
    """When the file says that it was made; NaT where it does not say (CSV never does)."""
    said = _UPDATED.search(text[:2000])
    if said is None or said[2] not in _MONTHS:
        return np.datetime64("NaT", "us")
    return np.datetime64(f"{said[1]}-{_MONTHS.index(said[2]) + 1:02d}-{int(said[3]):02d}T{said[4]}", "us")
