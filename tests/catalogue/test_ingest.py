"""What arrives is kept, read once, dated, and never stored twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshimori.catalogue import Catalogue
from hoshimori.catalogue.raw import log_bytes, parse_log
from hoshimori.errors import FormatError, NothingFound, TooSoon, UsageError
from hoshimori.facts import DataMode, ElementSets, KnownBasis, Parsed, Received
from tests.catalogue.some import HOUR, NAT, T0, read, received, row, same, sets

FAR = T0 + 1000 * HOUR


def all_of(catalogue: Catalogue, norad_id: int) -> ElementSets:
    return catalogue.view(T0, FAR, FAR).history(norad_id, reissues=True)


def test_opening_and_looking_create_nothing(tmp_path: Path) -> None:
    home = tmp_path / "nowhere"
    catalogue = Catalogue(home)
    view = catalogue.view(T0, FAR, FAR)
    assert len(view.sets()) == len(view.latest()) == len(view.history(1)) == 0
    assert view.names() == []
    assert view.ephemerides() == []
    assert catalogue.sources() == []
    assert catalogue.stat().sets == 0
    assert catalogue.stat().to_json()["newest_epoch_utc"] == ""
    assert not home.exists()


def test_home_comes_from_the_environment(home: Path) -> None:
    assert Catalogue().home == home


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    answer = received([row(1, 0), row(1, 24), row(2, 3)])
    first = catalogue.ingest([answer])
    before = sorted(p.name for p in tmp_path.rglob("*"))
    second = Catalogue(tmp_path, read=read).ingest([answer])
    assert (first.new, first.skipped) == (3, 0)
    assert (second.new, second.skipped) == (0, 1)
    assert sorted(p.name for p in tmp_path.rglob("*")) == before


def test_the_same_orbit_from_two_places_is_held_once(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    report = catalogue.ingest([received([row(1, 0), row(2, 0)]), received([row(2, 0), row(3, 0)], location="elsewhere")])
    assert [(f.read, f.new, f.known) for f in report.files] == [(2, 2, 0), (2, 1, 1)]
    assert catalogue.stat().sets == 3


def test_every_column_comes_back(tmp_path: Path) -> None:
    given = sets(
        [5, 999_999_999],
        [0, 1.5],
        bstar_per_er=np.array([1e-5, -2e-5]),
        ndot_rev_day2=np.array([1e-7, 0]),
        nddot_rev_day3=np.array([0, 1e-9]),
        rev_at_epoch=np.array([7, 99999], np.int32),
        element_set_no=np.array([999, 1], np.int32),
        classification=np.array(["U", "C"]),
        name=np.array(["BLUE", "きぼう"], object),
        cospar_id=np.array(["2000-001A", ""], object),
        known_utc=np.array([T0 + HOUR, T0 + 9 * HOUR]),
        known_basis=np.array([KnownBasis.OBSERVED, KnownBasis.DECLARED], np.uint8),
    )
    catalogue = Catalogue(tmp_path)
    report = catalogue.append(given, provider="test", location="columns")
    back = catalogue.view(T0, FAR, FAR).sets()
    assert report.new == 2
    assert same(back, given)
    source = catalogue.source_of(back.source)[0]
    assert (source.location, source.provider, source.sha256, source.sets) == ("columns", "test", "", 2)
    assert same(catalogue.by_digest(given.digest_texts()[::-1]), given.take([1, 0]))
    assert same(catalogue.by_digest(["0" * 32, given.digest_texts()[0]], norad_ids=[5]), given.take([0]))


def test_a_digest_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="32 hexadecimal digits"):
        Catalogue(tmp_path).by_digest(["not a digest"])


class TestWhenWasItKnown:
    """Rows at epoch T0, received at T0 + 100 h."""

    def known(self, tmp_path: Path, *answers: Received) -> list[tuple[float, KnownBasis]]:
        catalogue = Catalogue(tmp_path, read=read)
        for answer in answers:
            catalogue.ingest([answer])
        found = all_of(catalogue, 1)
        return [((r.known_utc - T0) / HOUR, r.known_basis) for r in found]

    def test_a_folder_says_nothing_so_twelve_hours_are_assumed(self, tmp_path: Path) -> None:
        assert self.known(tmp_path, received([row(1, 0)])) == [(12, KnownBasis.ASSUMED)]

    def test_assumed_is_never_later_than_arrival(self, tmp_path: Path) -> None:
        assert self.known(tmp_path, received([row(1, 0)], hours=2)) == [(2, KnownBasis.ASSUMED)]

    def test_a_stated_creation_time_is_declared(self, tmp_path: Path) -> None:
        assert self.known(tmp_path, received([row(1, 0, made=4)])) == [(4, KnownBasis.DECLARED)]

    def test_a_first_seen_log_is_an_observation(self, tmp_path: Path) -> None:
        answer = received([row(9, 0), row(1, 0, made=4)], first_seen={2: T0 + 7 * HOUR})
        assert self.known(tmp_path, answer) == [(7, KnownBasis.OBSERVED)]

    def test_arrival_from_the_network_is_an_observation(self, tmp_path: Path) -> None:
        assert self.known(tmp_path, received([row(1, 0)], provider="celestrak")) == [(100, KnownBasis.OBSERVED)]

    def test_at_the_first_look_a_stated_creation_time_counts_and_later_the_arrival(self, tmp_path: Path) -> None:
        first = received([row(1, 0, made=4)], provider="spacetrack")
        second = received([row(1, 24, made=30)], provider="spacetrack", hours=50)
        assert self.known(tmp_path, first, second) == [(4, KnownBasis.DECLARED), (50, KnownBasis.OBSERVED)]

    def test_a_better_founded_time_stands_beside_the_old_one_and_wins(self, tmp_path: Path) -> None:
        rows = [row(1, 0)]
        answers = [received(rows), received(rows, first_seen={1: T0 + 20 * HOUR}), received(rows, first_seen={1: T0 + 30 * HOUR})]
        assert self.known(tmp_path, *answers) == [(20, KnownBasis.OBSERVED)]
        catalogue = Catalogue(tmp_path, read=read)
        stat = catalogue.stat()
        assert (stat.sets, stat.retired) == (1, 1)
        assert len(catalogue.view(T0, FAR, T0 + 15 * HOUR).sets()) == 0
        after = catalogue.compact()
        assert (after.sets, after.retired) == (1, 1)
        assert len(catalogue.view(T0, FAR, T0 + 25 * HOUR).sets()) == 1


@given(st.dictionaries(st.integers(1, 10**9), st.integers(-(10**15), 10**16), max_size=20))
def test_a_first_seen_log_survives_as_bytes(log: dict[int, int]) -> None:
    times = {k: np.datetime64(v, "us") for k, v in log.items()}
    assert parse_log(log_bytes(times)) == times
    assert log_bytes(times) == log_bytes(dict(reversed(list(times.items()))))


def test_bytes_are_kept_as_they_came(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    plain, packed = received([row(1, 0)]), Received("b", b"\x1f\x8b broken gzip", T0, "folder")
    report = catalogue.ingest([plain, packed])
    assert catalogue.raw(plain.sha256) == plain.content
    assert catalogue.raw(packed.sha256) == packed.content
    assert report.refused == 1
    assert "not JSON" in str(report)
    with pytest.raises(NothingFound):
        catalogue.raw("0" * 64)


def test_bytes_need_not_be_kept(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    answer = received([row(1, 0)])
    assert catalogue.ingest([answer], keep_bytes=False).new == 1
    with pytest.raises(NothingFound):
        catalogue.raw(answer.sha256)
    assert catalogue.rebuild().new == 1, "rows without bytes are carried over"
    assert len(all_of(catalogue, 1)) == 1


def test_a_bad_record_spoils_nothing_and_is_counted(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    rows = [row(1, 0), *({"bad": i} for i in range(250)), row(2, 0)]
    report = catalogue.ingest([received(rows)])
    assert (report.new, report.refused, len(report.problems)) == (2, 250, 250)
    kept = catalogue.problems()
    assert len(kept) == 100
    assert sum(times for _, times in kept) == 250
    assert catalogue.stat().refused_by_reason == {"bad: expected a good one": 250}


def test_what_no_table_can_hold_is_refused_behind_every_parser(tmp_path: Path) -> None:
    def careless(content: bytes, file: str, *, data_mode: DataMode) -> list[Parsed]:
        table = sets([1, -1, 3, 4], [0, 0, 0, 0], ma_deg=np.array([0, 0, np.nan, 0]), epoch_utc=[T0, T0, T0, NAT])
        return [Parsed(file, "careless", table, records=4, record_of_row=np.arange(1, 5))]

    catalogue = Catalogue(tmp_path, read=careless)
    report = catalogue.ingest([Received("x", b"x", T0, "folder")])
    assert (report.new, report.refused) == (1, 3)
    assert {p.field for p in report.problems} == {"norad_id", "ma_deg", "epoch_utc"}


def test_columns_with_a_fault_are_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="eccentricity='nan'") as caught:
        Catalogue(tmp_path).append(sets([1, 2], [0, 0], eccentricity=[0.1, np.nan]), provider="p", location="l")
    assert len(caught.value.problems) == 1
    assert Catalogue(tmp_path).stat().sets == 0


def test_a_source_that_fails_half_way_has_brought_what_came_before(tmp_path: Path) -> None:
    def failing() -> Iterator[Received]:
        yield received([row(1, 0)])
        raise TooSoon("asked again too soon", retry_after_s=60)

    catalogue = Catalogue(tmp_path, read=read)
    with pytest.raises(TooSoon):
        catalogue.ingest(failing())
    assert len(all_of(catalogue, 1)) == 1


def test_reports_are_plain_json(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    report = catalogue.ingest([received([row(1, 0), {"bad": 1}])])
    back = json.loads(json.dumps(report.to_json()))
    assert (back["new"], back["refused"], back["files"][0]["location"]) == (1, 1, "place")
    assert json.loads(json.dumps(catalogue.stat().to_json()))["sets"] == 1


def test_data_modes_are_kept_apart(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    catalogue.ingest([received([row(1, 0)]), received([row(2, 0)], location="b", data_mode=DataMode.EXERCISE)])
    assert catalogue.view(T0, FAR, FAR).latest().norad_id.tolist() == [1]
    assert catalogue.view(T0, FAR, FAR, data_modes=(DataMode.EXERCISE,)).latest().norad_id.tolist() == [2]


def test_ephemerides_are_read_again_from_their_bytes(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    rows = [{"oem": "2000-001A", "hours": 10, "made": 5, "norad": 7}, {"oem": "2000-002B", "hours": 200}]
    answer = received(rows)
    catalogue.ingest([answer], keep_bytes=False)
    view = catalogue.view(T0, T0 + 20 * HOUR, FAR)
    found = view.ephemerides(cospar_id="2000-001A")
    assert [(e.norad_id, e.source, e.known_basis) for e in found] == [(7, answer.sha256, KnownBasis.DECLARED)]
    assert [e.cospar_id for e in view.ephemerides(7)] == [e.cospar_id for e in view.ephemerides()] == ["2000-001A"]
    assert catalogue.view(T0, FAR, FAR).ephemerides(cospar_id="2000-002B")[0].known_utc == T0 + 100 * HOUR
    assert catalogue.view(T0, FAR, T0 + 4 * HOUR).ephemerides(7) == []


def test_a_log_over_several_files_is_left_aside_loudly(tmp_path: Path) -> None:
    def two(content: bytes, file: str, *, data_mode: DataMode) -> list[Parsed]:
        return read(content, file, data_mode=data_mode) * 2

    report = Catalogue(tmp_path, read=two).ingest([received([row(1, 0)], first_seen={1: T0})])
    assert [(p.field, p.refused) for p in report.problems] == [("first_seen", False)]
    assert report.refused == 0
    assert report.new == 1


@pytest.mark.data
def test_real_week_is_taken_in_once(data: Path, tmp_path: Path) -> None:
    path = data / "geo-week" / "military.3le.gz"
    answer = Received(str(path), path.read_bytes(), np.datetime64("2026-06-01", "us"), "folder")
    catalogue = Catalogue(tmp_path)
    assert (catalogue.ingest([answer]).new, catalogue.ingest([answer]).skipped) == (488, 1)
    view = catalogue.view(np.datetime64("2026-05-24"), np.datetime64("2026-05-31"), np.datetime64("2026-06-02"))
    assert len(view.latest()) == 23
    assert all(view.latest().name != "")
    assert len(view.history(int(view.latest().norad_id[0]))) > 5
