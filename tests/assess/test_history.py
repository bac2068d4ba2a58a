"""The settled cases as a whole, and a folder of a user's own: what each must hold, and what is said when it does not."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from hoshimori.assess import history
from hoshimori.assess.history import KINDS, Precedent, counts, nearest, precedents, twin
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.judgements import HYPOTHESES, Claim, Incident, Item

GOOD = """
id = "made"
title = "A made case"
title_ja = "作例"
kind = "loss"
start = 2001-02-03T04:05:06Z
stop = 2001-02-03T04:05:06Z
subjects = ["5"]
owners = ["JPN"]
truth = "failure"
adjudicated_by = "the operator"
adjudicated_source = "op"
[sources]
op = "Operator, 2001"
[[item]]
indicator = "service_lost"
seen = true
statement = "The link was lost."
source = "op"
grade = "A1"
known = 2001-02-04
against = [1]
[[item]]
indicator = "inquiry_inside"
seen = false
statement = "No fault was found."
source = "op"
grade = "B2"
t = 2001-03-01
known = 2001-03-02T12:00:00+09:00
decisive = true
[[claim]]
kind = "denial"
speaker = "Operator"
actor = ""
about = "inquiry_inside"
statement = "It was no fault."
source = "op"
grade = "B2"
known = 2001-03-02
"""


def folder(tmp_path: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def records(case: Precedent) -> list[Item | Claim]:
    return [*case.incident.items, *case.incident.claims]


def one(tmp_path: Path) -> Precedent:
    (case,) = precedents(folder(tmp_path, made=GOOD))
    return case


def test_every_nature_has_three_cases_or_more_and_there_are_at_least_thirty_two() -> None:
    cases = precedents()
    assert len(cases) >= 32
    assert all(sum(c.truth == h for c in cases) >= 3 for h in HYPOTHESES)
    assert {c.kind for c in cases} == set(KINDS)


@pytest.mark.parametrize("case", precedents(), ids=lambda c: c.id)
def test_a_case_is_practice_and_names_who_settled_it_and_what_did(case: Precedent) -> None:
    told = records(case)
    assert {r.data_mode for r in told} == {case.incident.data_mode} == {DataMode.TEST}
    assert case.adjudicated_by
    assert all(r.source and r.grade for r in told)
    ids = [i.item_id for i in case.incident.items]
    assert len(set(ids)) == len(ids)
    assert case.decisive <= set(ids)
    assert len(case.decisive) < len(ids)
    assert case.split == str(case.incident.start_utc)[:4]


@pytest.mark.parametrize("case", precedents(), ids=lambda c: c.id)
def test_what_was_written_from_memory_is_graded_below_what_was_looked_up(case: Precedent) -> None:
    recalled = [r.grade for r in records(case) if "(from memory)" in r.source]
    assert all(g[0] >= "B" and g[1] >= "2" for g in recalled)


@pytest.mark.parametrize("case", precedents(), ids=lambda c: c.id)
def test_a_case_goes_through_json_and_comes_back(case: Precedent) -> None:
    assert Incident.from_json(case.incident.to_json()) == case.incident


def test_a_twin_has_lost_the_decisive_facts_and_the_claims_about_them() -> None:
    for case in precedents():
        other = twin(case)
        left = {i.indicator for i in other.incident.items}
        gone = {i.indicator for i in case.incident.items} - left
        assert len(other.incident.items) == len(case.incident.items) - len(case.decisive) > 0
        assert {c.about for c in other.incident.claims}.isdisjoint(gone)
        assert other.truth == case.truth
        assert not other.decisive
        assert twin(other) == other


def test_counts_are_what_a_count_by_hand_gives(tmp_path: Path) -> None:
    case = one(tmp_path)
    assert counts([case]) == {"service_lost": {"failure": (1, 1)}, "inquiry_inside": {"failure": (0, 1)}}
    assert counts([]) == {}


def test_counts_of_parts_add_up_to_the_counts_of_the_whole() -> None:
    cases = precedents()
    parts = counts(cases[:20]), counts(cases[20:])
    for indicator, row in counts(cases).items():
        for truth, (seen, looked) in row.items():
            both = [p.get(indicator, {}).get(truth, (0, 0)) for p in parts]
            assert (seen, looked) == (both[0][0] + both[1][0], both[0][1] + both[1][1])
            assert 0 <= seen <= looked <= sum(c.truth == truth for c in cases)


def test_a_case_is_nearest_to_itself_and_the_distance_is_counted_by_hand(tmp_path: Path) -> None:
    case = one(tmp_path)
    assert nearest(case.incident, [case])[0].distance == 0.0
    others = nearest(case.incident, precedents(), k=5)
    assert len(others) == 5
    assert [n.distance for n in others] == sorted(n.distance for n in others)
    for near in others:
        theirs = {i.indicator: i.seen for i in near.precedent.incident.items}
        mine = {"service_lost": True, "inquiry_inside": False}
        alike = [k for k in sorted(mine) if theirs.get(k) is mine[k]]
        assert list(near.shared) == alike
        assert near.distance == pytest.approx(1 - len(alike) / len(theirs.keys() | mine.keys()))


def test_nothing_shared_is_not_near(tmp_path: Path) -> None:
    case = one(tmp_path)
    far = GOOD.replace('"service_lost"', '"retro_burn"').replace('"inquiry_inside"', '"docked"')
    assert nearest(case.incident, precedents(folder(tmp_path, made=far))) == ()


def test_times_are_read_with_their_zone_and_a_fact_without_a_time_is_of_the_beginning(tmp_path: Path) -> None:
    first, second = one(tmp_path).incident.items
    assert first.t_utc == np.datetime64("2001-02-03T04:05:06", "us")
    assert second.known_utc == np.datetime64("2001-03-02T03:00:00", "us")
    (claim,) = one(tmp_path).incident.claims
    assert first.contradicts == (claim.claim_id,)


def test_every_mistake_of_every_file_comes_back_together(tmp_path: Path) -> None:
    bad = (
        GOOD.replace('truth = "failure"', 'truth = "hostile"')
        .replace('grade = "B2"', 'grade = "B9"', 1)
        .replace('title = "A made case"', "")
    )
    odd = GOOD.replace('"made"', '"other"').replace('"inquiry_inside"\nseen', '"service_lost"\nseen').replace("[1]", "[7]")
    with pytest.raises(UsageError) as caught:
        precedents(folder(tmp_path, made=bad, odd=odd, broken="id = "))
    said = str(caught.value)
    for part in (
        "truth='hostile': expected one of natural",
        "grade='B9': expected an Admiralty grade",
        "title='': expected text in double quotes, not empty (missing)",
        "id='other': expected the name of its file, odd",
        "indicator='service_lost': expected one answer to each indicator",
        "against='7': expected the number of a claim, 1 to 1",
        "broken.toml: TOML=",
    ):
        assert part in said
    assert said.startswith("7 mistakes in this history; nothing was used")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('indicator = "service_lost"', 'indicator = "sevice_lost"', "an indicator of indicators.toml"),
        ('about = "inquiry_inside"', 'about = "inquiry"', "an indicator of indicators.toml"),
        ('source = "op"\ngrade = "A1"', 'source = "me"\ngrade = "A1"', "one of the names in [sources]: op"),
        ("decisive = true", "", "decisive = true on at least one item"),
        ("stop = 2001-02-03", "stop = 2001-02-02", "a time not before start"),
        ("start = 2001-02-03T04:05:06Z", "start = 2001-02-03T04:05:06", "a time with its zone"),
        ('owners = ["JPN"]', 'owners = ["jp"]', "[A-Z]{3}"),
        ("seen = true", 'seen = "yes"', "true, or false where"),
    ],
)
def test_a_mistake_is_told_with_what_was_expected(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(UsageError, match="1 mistake") as caught:
        precedents(folder(tmp_path, made=GOOD.replace(old, new, 1)))
    assert said in str(caught.value)


def test_no_folder_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        precedents(tmp_path / "none")
    with pytest.raises(UsageError, match=r"no file ends in \.toml"):
        precedents(tmp_path)


def test_each_case_is_one_file_and_every_indicator_is_answered_somewhere() -> None:
    names = {f.name for f in (files("hoshimori.assess") / "cases").iterdir()}
    assert names == {f"{c.id}.toml" for c in precedents()}
    table = tomllib.loads((files("hoshimori.assess") / "indicators.toml").read_text(encoding="utf-8"))
    assert counts(precedents()).keys() == {row["id"] for row in table["indicator"]}


def test_the_athena_fidus_case_carries_the_fact_against_the_accusation() -> None:
    (case,) = [c for c in history.precedents() if c.id == "luch-athena-2017"]
    (accusation,) = case.incident.claims
    nearer = next(i for i in case.incident.items if i.indicator == "other_was_nearer")
    assert nearer.seen
    assert nearer.contradicts == (accusation.claim_id,)
