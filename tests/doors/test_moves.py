"""Burns and stays for people and for programs: a contract of JSON lines, and honest words for what cannot be told."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rich.console import Console

from hoshimori.detect.burns import Told, Untold
from hoshimori.doors.library import to_arrow
from hoshimori.doors.moves import burn_cells, burns_table, show_told, untold_lines
from hoshimori.doors.words import words
from hoshimori.findings import Reason
from tests.doors.lives import DAY, START, burn, every_kind, low_orbit, untold

PROMISED = {
    "norad_id", "t_utc", "sigma_s", "dv_rtn_m_s", "dv_sigma_m_s", "probability", "class", "explanations_tested", "known_utc",
    "evidence",
}  # fmt: skip
SHORT = [Untold(90000 + k, Reason("short record", {"days": 1.0 + k})) for k in range(8)]


def told(
    capsys: pytest.CaptureFixture[str], said: Told, *, lang: str = "en", last: int = 50, as_json: bool = False
) -> tuple[str, str]:
    show_told(said, low_orbit(), {"33105": "OCEAN ONE"}, lang=lang, last=last, as_json=as_json)
    out = capsys.readouterr()
    return out.out, out.err


def test_json_is_one_object_a_line_with_everything_promised(capsys: pytest.CaptureFixture[str]) -> None:
    burns = tuple(every_kind())
    out, err = told(capsys, Told(burns, (untold(),)), as_json=True)
    lines = [json.loads(x) for x in out.splitlines()]
    assert len(lines) == len(burns)
    assert all(x.keys() >= PROMISED for x in lines)
    assert lines[0]["dv_rtn_m_s"] == [None, 0.004, None]
    assert lines[0]["dv_sigma_m_s"] == [0.05, 0.0004, None]
    assert err == "hoshimori: 33105 OCEAN ONE: cannot tell, because the record is only 1.5 days long\n"


def test_nothing_found_is_nothing_in_json_and_a_sentence_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, Told((), ()), as_json=True) == ("", "")
    assert told(capsys, Told((), ()))[0] == "No burn was found in 190 element sets of 1 objects.\n"
    assert "nothing can be said" in told(capsys, Told((), (untold(),)))[0]
    assert "何も言えません" in told(capsys, Told((), (untold(),)), lang="ja")[0]


def test_many_of_whom_nothing_can_be_told_are_counted_by_reason() -> None:
    few = list(untold_lines(SHORT[:3], words("en"), {}))
    assert few[0] == "90000: cannot tell, because the record is only 1.0 days long"
    assert len(few) == 3
    other = Untold(91000, Reason("short record", {"days": 9.0}))
    many = list(untold_lines([*SHORT, Untold(5, Reason("no element set held", {"asset": "5"})), other], words("en"), {}))
    assert many[0].startswith("9 times: cannot tell, because the record is only 1.0 days long; such as 90000")
    assert len(many) == 2


def test_a_stretch_that_cannot_be_told_is_named() -> None:
    one = Untold(7, Reason("short record", {"days": 3.0}), START, START + 3 * DAY)
    assert next(untold_lines([one], words("en"), {})).endswith("(2025-06-01 06:00 – 2025-06-04 06:00Z)")


def test_the_table_fits_and_names_the_object_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    several = [burn(1.0, 0.01), burn(2.0, 0.01, norad_id=7)]
    for width, wide in ((80, False), (140, True)):
        console = Console(width=width)
        console.print(burns_table(several, words("en"), {"33105": "OCEAN ONE"}, wide=wide))
        out = capsys.readouterr().out
        assert max(len(x.rstrip()) for x in out.splitlines()) <= width
        assert "OCEAN" in out
        assert ("Radial" in out) == wide
    Console(width=140).print(burns_table(several[:1], words("en"), {"33105": "OCEAN ONE"}, wide=True))
    assert "OCEAN" not in capsys.readouterr().out


def test_only_the_newest_rows_are_shown_and_the_rest_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    burns = tuple(burn(float(k), 0.01) for k in range(9))
    out, _ = told(capsys, Told(burns, ()), last=2)
    assert "The newest 2 of 9 burns" in out
    assert "2025-06-09" in out  # the newest; wide tables say "2025-06-10", when it was known, as well
    assert "2025-06-05" not in out
    assert "newest" not in told(capsys, Told(burns, ()), last=0)[0]


def test_a_burn_is_told_with_its_sigmas_and_what_is_not_known_as_a_dash() -> None:
    cells = burn_cells(burn(10.0, -0.0123, routine=False), words("en"), {})
    assert cells["burn_time"] == "2025-06-11 06:00 ± 40 min"
    assert cells["burn_size"] == "-12.3 ± 1.2 mm/s"
    assert cells["burn_plane"] == "—"
    assert cells["burn_radial"] == "< 50.0 mm/s"
    assert cells["label"] == "station-keeping (not its routine)"
    assert cells["known"] == "2025-06-12 02:00 +20 h"


def test_burns_become_a_table_with_a_column_for_each_part_and_its_sigma() -> None:
    burns = every_kind()
    table = to_arrow(burns)
    assert table["dv_in_track_m_s"].to_pylist()[:2] == [0.004, pytest.approx(0.012)]
    assert table["dv_radial_m_s"].to_pylist() == [None] * len(burns)
    assert str(table.schema.field("dv_radial_m_s").type) == "double"
    assert np.array_equal(table["t_utc"].to_numpy(), [b.t_utc for b in burns])
    assert table["class"].to_pylist() == [b.label for b in burns]
