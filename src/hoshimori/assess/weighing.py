"""How far one item counts: the grade of its source, and its kin, so that one fact told five times is not five facts.

Both readings take their items through here; what an item says for which hypothesis is theirs and the table's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from hoshimori.assess.table import Table, check_item
from hoshimori.judgements import Item, check_grade

RELIABILITY = {"A": 1.0, "B": 0.75, "C": 0.5, "D": 0.25, "E": 0.05, "F": 0.05}
CREDIBILITY = {"1": 1.0, "2": 0.75, "3": 0.5, "4": 0.25, "5": 0.0, "6": 0.05}
"""Published for A-D and 1-5: MISP taxonomy admiralty-scale, version 5 (100, 75, 50, 25, 0). Judged: F and 6, "cannot be
judged", which MISP puts at 50: what nobody has judged moves almost nothing here, until somebody judges it; E is not quite
nothing if others agree."""
KIN_SHARE = 0.25
"""What each further item of a group counts, against the one before it: 1, 1/4, 1/16 ... so a group counts at most 4/3 of its
strongest item in one direction, however often it is told. Judged: well below 1, for reports of one fact mostly share a
source."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One item as it is weighed. `weight`: of its grade, 0 to 1."""

    key: str
    indicator: str
    group: str
    seen: bool
    grade: str
    weight: float
    method: str = ""


def grade_weight(grade: str) -> float:
    """0 to 1: the geometric mean of what reliability and credibility count.

    The mean, not the product: the two letters are hardly two judgements (87 % of 1,400 graded field reports lay on the diagonal
    A1, B2, C3...: Baker, McKendry and Mace 1968), and a product would count one doubt twice.

    >>> grade_weight("A1"), grade_weight("B2"), round(grade_weight("F6"), 2)
    (1.0, 0.75, 0.05)
    """
    check_grade(grade)
    return sqrt(RELIABILITY[grade[0]] * CREDIBILITY[grade[1]])


def pieces(items: Iterable[Item], table: Table) -> tuple[Piece, ...]:
    """What can be weighed of these items, by id, so that their order can change nothing."""
    out = [
        Piece(i.item_id, i.indicator, table.indicators[i.indicator].group, i.seen, i.grade, grade_weight(i.grade), i.method)
        for i in items
        if check_item(i, table).indicator
    ]
    return tuple(sorted({p.key: p for p in out}.values(), key=lambda p: p.key))


def by_group(weighed: Iterable[Piece]) -> dict[str, list[Piece]]:
    groups = defaultdict(list)
    for p in weighed:
        groups[p.group].append(p)
    return dict(sorted(groups.items()))


def kin_shares(weighed: Iterable[Piece], strength: Mapping[str, float]) -> dict[str, float]:
    """How much of each piece counts beside its kin: 1 for the strongest of a group, KIN_SHARE for the next, and so on.

    A piece and its own contradiction (the same indicator, seen and looked for in vain) are no kin: they stand at the same rank
    and may cancel. `strength`: by key, how far a piece alone would move the reading."""
    shares: dict[str, float] = {}
    for members in by_group(weighed).values():
        before: list[Piece] = []
        for p in sorted(members, key=lambda p: (-strength[p.key], p.key)):
            rank = sum(not (b.indicator == p.indicator and b.seen != p.seen) for b in before)
            shares[p.key] = KIN_SHARE**rank
            before.append(p)
    return shares
