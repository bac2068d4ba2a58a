"""Bundles changed at random: none is accepted, none raises anything but our refusal. Ten thousand: bench/ledger/bundles.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.ledger import fuzz

COUNT = 600


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> fuzz.Ground:
    return fuzz.ground(tmp_path_factory.mktemp("fuzz"))


def test_the_ground_itself_holds(ground: fuzz.Ground) -> None:
    for files in ground.bundles:
        assert fuzz.judge(ground, fuzz.Changed("nothing", files)) == "accepted"


def test_no_bundle_changed_at_random_is_accepted(ground: fuzz.Ground) -> None:
    found = fuzz.run(ground, COUNT, seed=20260530)
    assert found.tried == COUNT
    assert set(found.kinds) == set(fuzz.KINDS), "every kind of change was tried"
    assert found.accepted == []
    assert found.raised == []
    assert len(found.codes) > 8, "the changes reach far into the checks"


def test_a_signer_who_writes_nonsense_over_his_own_signature_raises_nothing_but_refusals(ground: fuzz.Ground) -> None:
    found = fuzz.run_insider(ground, 60, seed=1)
    assert found.raised == []
    assert found.tried == 60


def test_the_same_seed_gives_the_same_changes(ground: fuzz.Ground, tmp_path: Path) -> None:
    def made(seed: int) -> list[tuple[str, bytes]]:
        return [
            (c.kind, b"".join(c.files.values()) if isinstance(c.files, dict) else c.files) for c in fuzz.changes(ground, 40, seed)
        ]

    assert made(7) == made(7) != made(8)
