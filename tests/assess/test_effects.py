"""The effect on the taxonomy: published cases as their indicators tell them, and the law that nothing comes from claims."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.assess.effects import DEGREE, DIRECTION, IRREVERSIBLE, MEANS, REVERSIBLE, TABLE, effect, explained
from hoshimori.judgements import Effect, Item

INDICATORS = [
    row["id"] for row in tomllib.loads((files("hoshimori.assess") / "indicators.toml").read_text(encoding="utf-8"))["indicator"]
]
WORDS = {  # as Effect's own docstring lists them
    "means": {"kinetic physical", "non-kinetic physical", "electronic", "cyber", "none"},
    "direction": {"to", "within", "from"},
    "reversible": {"yes", "no"},
    "degree": {"deceive", "disrupt", "deny", "degrade", "destroy", "none"},
}
SAID = {"acknowledged", "denied", "owner_protested", "attributed_by_states", "attributed_by_several", "one_source_only"}
"""Indicators of what people say: no effect follows from them."""


def item(indicator: str, seen: bool = True, grade: str = "B2") -> Item:
    day = np.datetime64("2022-01-01", "us")
    return Item(indicator, seen, "it was seen", "an observer", grade, day, day)


def seen(*indicators: str) -> list[Item]:
    """Items of these indicators; one that begins with "no " was looked for and not found."""
    return [item(i.removeprefix("no "), not i.startswith("no ")) for i in indicators]


@pytest.mark.parametrize(
    ("case", "indicators", "expected"),
    [
        # Fengyun-1C, 2007: thousands of pieces, a launch; nothing whole was left (NASA Orbital Debris Quarterly News 11-2)
        ("FY-1C", ("pieces_many", "launch_coincident", "no parent_whole"), ("kinetic physical", "to", "no", "destroy")),
        # Iridium 33 and Cosmos 2251, 2009: the same words for an accident (NASA ODQN 13-2): they do not say that anybody meant it
        ("Iridium 33", ("pieces_many", "second_body_hit", "no parent_whole"), ("kinetic physical", "within", "no", "destroy")),
        # Cosmos 252, 1968: it came by burns and burst beside its target (Johnson, Soviet military strategy in space, 1987)
        (
            "Cosmos 252",
            ("pieces_many", "second_body_came_by_burns", "no parent_whole"),
            ("kinetic physical", "within", "no", "destroy"),
        ),
        # KA-SAT, 2022: modems overwritten, tens of thousands off the network (Viasat, 30 March 2022)
        ("KA-SAT", ("intrusion_found", "service_lost", "ground_hit", "lost_for_good"), ("cyber", "unknown", "no", "degrade")),
        # uplink jamming of Eutelsat channels, 2009-12: back when it ended (ITU RRB)
        ("jamming", ("interference_reported", "service_lost", "recovered"), ("electronic", "unknown", "yes", "disrupt")),
        # DMSP-F13, 2015: battery; the body stayed (USAF, July 2015)
        ("DMSP-F13", ("pieces_many", "parent_whole", "inquiry_inside", "lost_for_good"), ("none", "unknown", "no", "degrade")),
        # Luch near others: nothing happened to them
        ("Luch", ("stay_long", "stay_repeated", "effect_none"), ("none", "unknown", "unknown", "none")),
        ("nothing looked at", (), ("unknown", "unknown", "unknown", "unknown")),
    ],
)  # fmt: skip
def test_published_cases(case: str, indicators: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert effect(seen(*indicators)) == Effect(*expected), case


def test_a_laser_site_in_view_is_no_beam() -> None:
    assert effect(seen("site_in_view", "repeats_over_site", "service_lost")).means == "unknown"


def test_a_cause_that_is_found_inside_and_outside_is_unknown_and_says_so() -> None:
    found, reasons = explained(seen("inquiry_inside", "intrusion_found", "service_lost"))
    assert found.means == "unknown"
    assert [(r.code, r.values["part"]) for r in reasons] == [("effect two ways", "means")]


def test_harm_and_no_harm_together_are_unknown() -> None:
    found, reasons = explained(seen("service_lost", "effect_none"))
    assert found.degree == "unknown"
    assert [r.code for r in reasons] == ["effect two ways"]


def test_one_indicator_seen_and_not_found_is_not_known() -> None:
    assert effect([item("service_lost"), item("service_lost", seen=False)]).degree == "unknown"


def test_the_rows_name_indicators_that_exist_and_words_of_the_taxonomy() -> None:
    named = {name for row in TABLE for group in (*row.seen, row.absent, row.unless) for name in group}
    assert named <= set(INDICATORS)
    assert named.isdisjoint(SAID)
    for part, rows in (
        ("means", MEANS),
        ("direction", DIRECTION),
        ("reversible", (*IRREVERSIBLE, *REVERSIBLE)),
        ("degree", DEGREE),
    ):
        assert {row.value for row in rows} <= WORDS[part], part


ITEMS = st.lists(st.builds(item, st.sampled_from(INDICATORS), st.booleans(), st.sampled_from(["A1", "F6"])), max_size=8)


@settings(deadline=None)
@given(ITEMS)
def test_the_order_and_repetition_of_items_change_nothing(items: list[Item]) -> None:
    assert explained(items) == explained(items[::-1]) == explained(items * 2)


@settings(deadline=None)
@given(ITEMS, st.lists(st.sampled_from(sorted(SAID)), max_size=3))
def test_what_people_say_changes_nothing(items: list[Item], said: list[str]) -> None:
    assert effect([*items, *seen(*said)]) == effect(items)


@settings(deadline=None)
@given(ITEMS)
def test_what_was_only_looked_for_gives_no_effect(items: list[Item]) -> None:
    assert effect([i for i in items if not i.seen]) == Effect()


@settings(deadline=None)
@given(ITEMS, st.sampled_from(INDICATORS), st.sampled_from(["E1", "A5"]))
def test_what_is_not_believed_changes_nothing(items: list[Item], indicator: str, grade: str) -> None:
    assert effect([*items, item(indicator, True, grade)]) == effect(items)
