"""One value of a Conjunction Data Message as text in the unit of the standard, or the reason why it cannot be one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hoshimori.formats.cdm_keywords import NUMBER, Keyword
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.ndm import Entry

NOT_KNOWN = frozenset({"NAN", "N/A", "NULL", "NONE"})
"""What some write for an optional number that they do not have."""

_VALUE = re.compile(r"(?P<bare>[^\[]*?)\s*(?:\[(?P<unit>[^\]]*)(?P<closed>\]?))?")
_TO_STANDARD = {
    ("m", "km"): 1e3,
    ("m/s", "km/s"): 1e3,
    ("km", "m"): 1e-3,
    ("km/s", "m/s"): 1e-3,
    ("m**2", "km**2"): 1e6,
    ("m**2/s", "km**2/s"): 1e6,
    ("m**2/s**2", "km**2/s**2"): 1e6,
}
"""Standard unit and unit found: what to multiply with. Anything else is not a matter of scale and is refused."""


@dataclass
class Judge:
    """What is wrong with one message: refusals end it, doubts do not. `tells_unknown`: whether each unknown keyword is told."""

    complaints: Complaints
    record: int
    tells_unknown: bool = True
    refused: bool = False

    def refuse(self, field: str, value: str, expected: str, line: int) -> None:
        self.refused = True
        self.complaints.add(field, value, expected, line=line, record=self.record)

    def doubt(self, field: str, value: str, expected: str, line: int) -> None:
        self.complaints.add(field, value, expected, line=line, record=self.record, refused=False)


def standard_text(keyword: Keyword, entry: Entry, judge: Judge) -> str | None:
    """The bare value in the standard's unit; None where there is none, "" where it cannot be used and the judge knows why.

    A needed value that cannot be used is refused, an optional one is left out with a reservation. An optional number that says
    NaN is not there.
    """
    text = _as_number(keyword, entry, judge) if keyword.kind in ("number", "count") else plain(entry.value)
    if keyword.kind == "word":
        text = " ".join(text.upper().split())
    if not text or (not keyword.needed and keyword.kind in ("number", "count") and text.upper() in NOT_KNOWN):
        return None
    if keyword.accepts(text):
        return text
    if keyword.needed:
        judge.refuse(keyword.name, entry.value, keyword.expected, entry.line)
    else:
        judge.doubt(keyword.name, entry.value, f"{keyword.expected}; left out", entry.line)
    return ""


def plain(text: str) -> str:
    """Text on one line, with blanks for tabs and line ends."""
    return text.strip() if text.isprintable() else " ".join(text.split())


def _as_number(keyword: Keyword, entry: Entry, judge: Judge) -> str:
    """The number without its unit, converted where the brackets name another unit of the same kind."""
    match = _VALUE.fullmatch(entry.value.strip())
    if match is None or match["unit"] is None:
        return entry.value.strip()
    bare, unit, standard = match["bare"], _plain_unit(match["unit"]), keyword.unit.lower()
    if not bare or (unit == standard and match["closed"]):
        return bare
    wanted = f"[{keyword.unit}]" if keyword.unit else "no unit"
    factor = _TO_STANDARD.get((standard, unit))
    if factor is not None and NUMBER.fullmatch(bare):
        judge.doubt(keyword.name, entry.value, f"{wanted}; it was converted", entry.line)
        return repr(float(bare) * factor)
    if unit in ("", "n/a", standard):  # [ without ], or brackets with nothing in them
        judge.doubt(keyword.name, entry.value, f"{wanted}; taken so", entry.line)
        return bare
    if standard == "m/s" and unit == "m" and keyword.name.startswith("RELATIVE_VELOCITY_"):
        judge.doubt(keyword.name, entry.value, "[m/s]; a velocity has no unit of length: taken as m/s", entry.line)
        return bare
    return entry.value.strip()  # with its brackets: no number


def _plain_unit(unit: str) -> str:
    """The unit as the standard writes it: m2/sec2 is m**2/s**2."""
    plain = "".join(unit.split()).lower().replace("^", "**").replace("sec", "s")
    return re.sub(r"(?<=[a-z])(?=\d)", "**", plain)
