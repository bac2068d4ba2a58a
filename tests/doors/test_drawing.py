"""Charts: everything known is drawn, nothing unknown is, and lines can be told apart without colour."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.doors.axes import levels
from hoshimori.doors.drawing import DASHES, KINDS, Line, chart
from hoshimori.facts import Floats

T = np.arange("2026-05-24", "2026-05-30", np.timedelta64(6, "h"), dtype="datetime64[us]")
SVG = "{http://www.w3.org/2000/svg}"


def line(name: str, y: Floats | float) -> Line:
    return Line(name, T, np.broadcast_to(np.asarray(y, float), T.shape).copy())


def drawn(*lines: Line, mark: np.datetime64 | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(chart(lines, y_label="km", title="a title", mark_utc=mark, mark_label="predicted"))


def paths(svg: ElementTree.Element) -> list[str]:
    return [p.attrib["d"] for p in svg.iter(f"{SVG}path")]


def test_a_gap_in_what_is_known_is_a_gap_in_the_line() -> None:
    y = np.sin(np.arange(len(T)))
    y[5:8] = np.nan
    (path,) = paths(drawn(line("A", y)))
    assert path.count("M") == 2
    assert path.count("M") + path.count("L") == len(T) - 3
    assert "nan" not in path


def test_what_is_known_nowhere_is_not_drawn() -> None:
    assert chart([line("A", np.nan)], y_label="km", title="t") == ""
    assert len(paths(drawn(line("A", np.nan), line("B", 1.0)))) == 1


def test_lines_differ_by_dash_and_by_a_name_at_their_end() -> None:
    svg = drawn(*(line(f"SAT {k}", k) for k in range(KINDS)))
    dashes = [p.attrib.get("stroke-dasharray", "") for p in svg.iter(f"{SVG}path")]
    assert sorted(dashes) == sorted(DASHES)
    names = [t.text for t in svg.iter(f"{SVG}text") if t.attrib.get("class") == "name"]
    assert sorted(names, key=str) == [f"SAT {k}" for k in range(KINDS)]


def test_names_at_the_end_do_not_lie_on_each_other() -> None:
    svg = drawn(*(line(f"SAT {k}", 1.0 + 0.001 * k) for k in range(6)))
    y = sorted(float(t.attrib["y"]) for t in svg.iter(f"{SVG}text") if t.attrib.get("class") == "name")
    assert min(np.diff(y)) >= 13.0


def test_a_name_cannot_break_out_of_the_drawing() -> None:
    text = chart([line("<script>", 1.0), line('"&', 2.0)], y_label="<km>", title='"><script>')
    assert "<script>" not in text
    ElementTree.fromstring(text)


def test_what_is_predicted_is_shaded_and_said() -> None:
    svg = drawn(line("A", 1.0), mark=T[12])
    assert [r.attrib["class"] for r in svg.iter(f"{SVG}rect")] == ["ahead"]
    assert "predicted" in [t.text for t in svg.iter(f"{SVG}text")]
    assert list(drawn(line("A", 1.0), mark=T[-1] + np.timedelta64(9, "D")).iter(f"{SVG}rect")) == []


def test_every_point_lies_inside_the_frame() -> None:
    (path,) = paths(drawn(line("A", 100.0 * np.sin(np.arange(len(T))))))
    numbers = np.array(re.findall(r"[ML]([\d.]+) ([\d.]+)", path), float)
    assert len(numbers) == len(T)
    assert numbers.min() >= 0.0
    assert numbers[:, 0].max() <= 1060.0
    assert numbers[:, 1].max() <= 240.0


@settings(max_examples=60, deadline=None)
@given(low=st.floats(-1e5, 1e5), span=st.floats(1e-3, 1e6))
def test_ticks_are_few_even_and_cover_the_range(low: float, span: float) -> None:
    ticks = levels(low, low + span)
    assert 3 <= len(ticks) <= 12
    assert ticks[0] <= low + 1e-6 * span
    assert ticks[-1] >= low + span - 1e-6 * span
    assert np.allclose(np.diff(ticks), ticks[1] - ticks[0])
