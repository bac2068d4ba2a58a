"""Conjunction messages at rest: as known at a moment, by object and approach, once each; the same from memory as from disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hoshimori.catalogue import Catalogue, MemoryView
from hoshimori.errors import CatalogueDamaged
from hoshimori.facts import NOT_A_TIME, ConjunctionMessage, DataMode, ElementSets, KnownBasis, Parsed, Received
from hoshimori.formats import dump_cdm, read
from hoshimori.ports import View
from tests.command import hoshimori
from tests.formats.conjunctions import differences, kvn, made

T0, FAR = np.datetime64("2026-05-01", "us"), np.datetime64("2026-07-01", "us")
HOUR = np.timedelta64(1, "h")
CREATED, TCA = made().created_utc, made().tca_utc


def text(number: int, hours: int = 0, *, objects: tuple[int, int] = (90001, 90002), mode: str = "") -> str:
    """Message `number`, made `hours` after the first."""
    said = f"COMMENT USER_DEFINED_DATA_MODE = {mode}\n" if mode else ""
    return kvn(
        ("MESSAGE_ID = 2026-1", f"MESSAGE_ID = 2026-{number}"),
        ("CREATION_DATE = 2026-05-24T12:00:00", f"{said}CREATION_DATE = {(CREATED + hours * HOUR).astype('datetime64[s]')}"),
        ("OBJECT_DESIGNATOR = 90001", f"OBJECT_DESIGNATOR = {objects[0]}"),
        ("OBJECT_DESIGNATOR = 90002", f"OBJECT_DESIGNATOR = {objects[1]}"),
    )


def arrived(content: str, place: str, *, mode: DataMode = DataMode.REAL, provider: str = "folder") -> Received:
    return Received(place, content.encode(), FAR, provider, data_mode=mode)


def holding(home: Path, *contents: str) -> Catalogue:
    catalogue = Catalogue(home)
    catalogue.ingest([arrived(c, f"{k}.cdm") for k, c in enumerate(contents)])
    return catalogue


def ids(messages: Sequence[ConjunctionMessage]) -> list[str]:
    return [m.message_id for m in messages]


def test_a_message_comes_back_as_it_was_read(tmp_path: Path) -> None:
    arrival = arrived(text(1), "one.cdm")
    report = Catalogue(tmp_path).ingest([arrival])
    assert (report.files[0].conjunctions, report.files[0].format, report.refused) == (1, "CDM/KVN", 0)
    assert "1 conjunction messages" in str(report)
    view = Catalogue(tmp_path).view(T0, FAR, FAR)
    assert isinstance(view, View)
    (m,) = view.conjunctions()
    assert differences(m, replace(made(), source=arrival.sha256)) == []
    assert (m.known_utc, m.known_basis) == (CREATED, KnownBasis.DECLARED)


def test_it_is_known_from_its_creation_on_and_an_open_view_does_not_change(tmp_path: Path) -> None:
    catalogue = holding(tmp_path, text(1), text(2, 12), text(3, 24))
    for hours, known in ((-1, []), (0, ["2026-1"]), (13, ["2026-1", "2026-2"]), (30, ["2026-1", "2026-2", "2026-3"])):
        assert ids(catalogue.view(T0, FAR, CREATED + hours * HOUR).conjunctions()) == known
    view = catalogue.view(T0, FAR, FAR)
    catalogue.ingest([arrived(text(4, 30), "4.cdm")])
    assert len(view.conjunctions()) == 3


def test_the_window_leaves_out_what_is_past_and_keeps_what_is_to_come(tmp_path: Path) -> None:
    catalogue = holding(tmp_path, text(1))
    assert ids(catalogue.view(T0, CREATED, FAR).conjunctions()) == ["2026-1"]
    assert ids(catalogue.view(TCA, FAR, FAR).conjunctions()) == ["2026-1"]
    assert catalogue.view(TCA + HOUR, FAR, FAR).conjunctions() == []


def test_it_is_found_by_either_object(tmp_path: Path) -> None:
    view = holding(tmp_path, text(1), text(2, 1, objects=(90001, 90007))).view(T0, FAR, FAR)
    assert [ids(view.conjunctions(n)) for n in (90001, 90002, 90007, 5)] == [["2026-1", "2026-2"], ["2026-1"], ["2026-2"], []]


def test_the_same_file_is_passed_over_and_the_same_message_is_told_once(tmp_path: Path) -> None:
    catalogue = holding(tmp_path, text(1))
    again = catalogue.ingest(
        [arrived(text(1), "0.cdm"), arrived(dump_cdm(read(text(1).encode(), "x")[0].conjunctions[0], kind="XML"), "0.xml")]
    )
    assert [f.skipped for f in again.files] == [True, False]
    assert ids(catalogue.view(T0, FAR, FAR).conjunctions()) == ["2026-1"]
    corrected = text(1).replace("X = 7000.1 [km]", "X = 7000.2 [km]")
    catalogue.ingest([arrived(corrected, "1b.cdm")])
    assert ids(catalogue.view(T0, FAR, FAR).conjunctions()) == ["2026-1", "2026-1"]


def test_several_in_one_file_and_a_refused_one_among_them(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    report = catalogue.ingest([arrived(text(1) + text(2).replace("TCA = 2026-05-26", "TCA = soon") + text(3, 1), "all.kvn")])
    assert (report.files[0].conjunctions, report.refused, report.problems[0].field) == (2, 1, "TCA")
    assert ids(catalogue.view(T0, FAR, FAR).conjunctions()) == ["2026-1", "2026-3"]
    stat = catalogue.stat(FAR)
    assert (stat.conjunctions, stat.refused, json.loads(json.dumps(stat.to_json()))["conjunctions"]) == (2, 1, 2)


def test_what_is_not_of_this_world_is_kept_apart(tmp_path: Path) -> None:
    catalogue = holding(tmp_path, text(1, mode="EXERCISE"), text(2, 1))
    catalogue.ingest([arrived(text(3, 2), "test.cdm", mode=DataMode.TEST)])
    assert ids(catalogue.view(T0, FAR, FAR).conjunctions()) == ["2026-2"]
    drill = catalogue.view(T0, FAR, FAR, data_modes=(DataMode.EXERCISE, DataMode.TEST)).conjunctions()
    assert [(m.message_id, m.data_mode) for m in drill] == [("2026-1", DataMode.EXERCISE), ("2026-3", DataMode.TEST)]


def test_an_arrival_before_the_stated_creation_counts(tmp_path: Path) -> None:
    """A clock that runs ahead: it was here, so it was known."""
    catalogue = Catalogue(tmp_path)
    catalogue.ingest([replace(arrived(text(1), "early.cdm"), received_utc=CREATED - HOUR)])
    assert [m.known_utc for m in catalogue.view(T0, FAR, FAR).conjunctions()] == [CREATED - HOUR]


def test_compaction_and_rebuilding_keep_them(tmp_path: Path) -> None:
    catalogue = holding(tmp_path, text(1), text(2, 1))
    catalogue.ingest([arrived(text(3, 2), "3.cdm")])
    before = catalogue.view(T0, FAR, FAR).conjunctions()
    catalogue.compact()
    catalogue.rebuild()
    after = catalogue.view(T0, FAR, FAR).conjunctions()
    assert [differences(a, b) for a, b in zip(before, after, strict=True)] == [[], [], []]


def test_bytes_are_kept_for_them_even_where_none_are_kept(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    catalogue.ingest([arrived(text(1), "one.cdm")], keep_bytes=False)
    assert ids(catalogue.view(T0, FAR, FAR).conjunctions()) == ["2026-1"]


def test_a_reader_that_no_longer_finds_them_is_told(tmp_path: Path) -> None:
    holding(tmp_path, text(1))

    def blind(content: bytes, file: str, *, data_mode: DataMode) -> list[Parsed]:
        return [Parsed(file, "nothing", ElementSets.empty())]

    with pytest.raises(CatalogueDamaged, match="message 1 is no longer read"):
        Catalogue(tmp_path, read=blind).view(T0, FAR, FAR).conjunctions()


def test_memory_answers_as_the_catalogue_does(tmp_path: Path) -> None:
    contents = [text(1), text(2, 12, objects=(90001, 90007)), text(3, 24), text(4, 1, mode="TEST"), text(1)]
    catalogue = holding(tmp_path, *contents)
    held = [m for c in contents for m in read(c.encode(), "x")[0].conjunctions]
    for start in (T0, TCA + HOUR):
        for as_of in (CREATED, CREATED + 13 * HOUR, FAR):
            memory = MemoryView(ElementSets.empty(), start, FAR, as_of, conjunctions=held)
            assert isinstance(memory, View)
            for number in (None, 90001, 90007, 5):
                assert ids(memory.conjunctions(number)) == ids(catalogue.view(start, FAR, as_of).conjunctions(number))
    undated = MemoryView(ElementSets.empty(), T0, FAR, CREATED, conjunctions=[replace(held[0], known_utc=NOT_A_TIME)])
    assert [m.known_utc for m in undated.conjunctions()] == [CREATED]


def test_a_folder_of_messages_is_ingested_by_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "one.cdm").write_text(text(1))
    (folder / "two.kvn").write_text(text(2, 1))
    done = hoshimori("ingest", folder, "--home", tmp_path / "home")
    assert (done.code, "2 conjunction messages" in done.out) == (0, True)
    again = hoshimori("ingest", folder, "--home", tmp_path / "home")
    assert (again.code, "(2 taken in before)" in again.out) == (0, True)
    stat = hoshimori("catalogue", "stat", "--home", tmp_path / "home")
    assert (stat.code, "conjunction messages 2" in stat.out) == (0, True)


@pytest.mark.data
def test_real_messages_in_a_catalogue(tmp_path: Path, data: Path) -> None:
    """35 of NASA CARA, two of them of one pair."""
    catalogue = Catalogue(tmp_path)
    catalogue.ingest([Received(p.name, p.read_bytes(), FAR, "folder") for p in sorted((data / "cara/real").glob("*.cdm"))])
    view = catalogue.view(np.datetime64("2020-01-01", "us"), FAR, FAR)
    assert (len(view.conjunctions()), len(view.conjunctions(48903)), len(view.conjunctions(43613))) == (35, 2, 8)
    then = catalogue.view(np.datetime64("2020-01-01", "us"), FAR, np.datetime64("2022-01-01", "us")).conjunctions()
    assert all(m.known_utc <= np.datetime64("2022-01-01", "us") for m in then)
    assert len(then) == 9
