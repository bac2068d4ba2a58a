"""A life in a terminal: as wide as it may be and no wider, with the burns above the steps that they made."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from hoshimori.doors.timeline import Timeline, timeline
from hoshimori.doors.timeline_text import LEFT, lines
from hoshimori.doors.words import words
from tests.doors.lives import DAY, START, burn, every_kind, low_orbit, synchronous, visits

NAMES = {"90100": "VISITOR ONE"}


def rows(line: Timeline, *, lang: str = "en", width: int = 100, unicode: bool = True) -> list[str]:
    return [row for text in lines(line, words(lang), NAMES, width=width, unicode=unicode) for row in text.plain.split("\n")]


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("width", [80, 81, 120, 200])
def test_it_fits_the_terminal(width: int, lang: str) -> None:
    line = timeline(low_orbit(), every_kind(), visits(9))
    found = rows(line, lang=lang, width=width)
    assert max(cell_len(row) for row in found) <= width
    assert max(cell_len(row) for row in found) > width - 4


def test_a_letter_stands_where_its_burn_was() -> None:
    middle = burn(49.75, 0.02, label="relocation", probability=0.9)
    line = timeline(synchronous(100), [middle, burn(99.5, 0.01, probability=0.2)])
    (row,) = [r for r in rows(line, width=113) if r.strip().startswith("Burns")]
    assert row.index("R") == LEFT + 50
    assert row.rstrip()[-1] == "s"  # doubtful: a small letter, at the end


def test_every_kind_of_burn_is_explained() -> None:
    said = "\n".join(rows(timeline(low_orbit(), every_kind()), width=200))
    for text in ("S station-keeping", "I change of plane", "L low thrust", "U unlike its own burns"):
        assert text in said


def test_dots_rise_where_the_element_rises() -> None:
    """A ramp: the dots of the first column lie in the lowest row, those of the last in the highest."""
    sets = low_orbit(60)
    ramp = sets.having(inc_deg=66.0 + 0.001 * ((sets.epoch_utc - START) / DAY))
    found = rows(timeline(ramp), width=80)
    top = next(k for k, row in enumerate(found) if "inclination" in row) + 1
    panel = [row[LEFT:].ljust(67) for row in found[top : top + 4]]
    assert panel[0][-1] != " " == panel[0][0]
    assert panel[3][0] != " " == panel[3][-1]


def test_a_silence_in_the_record_is_seen() -> None:
    found = rows(timeline(low_orbit()), width=100)
    record = next(row for row in found if row.strip().startswith("record"))
    assert 3 <= record.count("░") <= 7
    assert any("no element sets" in row for row in found)


def test_a_terminal_without_unicode_gets_plain_signs() -> None:
    found = rows(timeline(low_orbit(name="OCEAN"), [burn(30.0)]), unicode=False)
    panels = "".join(row[LEFT:] for row in found if "*" in row)
    assert "*" in panels
    assert not any(0x2800 <= ord(c) < 0x2900 for row in found for c in row)


def test_stays_are_told_with_whom_and_how_near() -> None:
    found = rows(timeline(low_orbit(), (), visits(8)), width=100)
    assert any("VISITOR ONE · 4.2 ± 0.6 km, parking, not usual here" in row for row in found)
    assert any("and 2 more" in row for row in found)
