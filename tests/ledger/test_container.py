"""A bundle as files: what is no plain file under a known name, or no zip in its one spelling, is refused unread."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from hoshimori.errors import LedgerUnwritable, Refused
from hoshimori.ledger import container
from tests.ledger.parties import flipped

FILES = {"manifest.json": b'{"a":1}', "record/envelope.json": b"{}", "inputs/element-sets-real.json": bytes(range(256))}
ZIP = container.zipped(FILES)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    assert str(caught.value)
    return caught.value.code


def other_zip(
    names: dict[str, bytes] | list[tuple[str, bytes]],
    change: Callable[[zipfile.ZipInfo], None] | None = None,
    comment: bytes = b"",
) -> bytes:
    """A zip as other programs write them: `change` sets what it likes of each entry."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in names.items() if isinstance(names, dict) else names:
            info = zipfile.ZipInfo(name)
            if change:
                change(info)
            archive.writestr(info, data)
        archive.comment = comment
    return out.getvalue()


def test_the_same_files_are_always_the_same_zip_and_come_back() -> None:
    assert container.zipped(dict(reversed(FILES.items()))) == ZIP
    assert container.unzip(ZIP, "x") == FILES


def test_folder_and_zip_hold_the_same_and_are_never_written_over(tmp_path: Path) -> None:
    for name in ("a.zip", "folder"):
        container.write(FILES, tmp_path / name)
        assert container.read(tmp_path / name) == FILES
        assert code(lambda name=name: container.write(FILES, tmp_path / name)) == "exists"  # type: ignore[misc]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "folder"], "no scratch is left"


def test_no_byte_of_the_zip_can_be_another() -> None:
    """Every bit of every byte: of the files, of their headers, of the directory at the end."""
    for at in range(len(ZIP)):
        for bit in range(8):
            forged = flipped(ZIP, at, bit)
            try:
                found = container.unzip(forged, "x")
            except Refused:
                continue
            assert found != FILES, f"byte {at} means nothing"
            assert container.zipped(found) == forged


@pytest.mark.parametrize("forged", [b"MZ" + ZIP, ZIP + b"\0", ZIP + ZIP, ZIP[:-1], ZIP[: len(ZIP) // 2], b""])
def test_nothing_stands_before_or_after_a_zip_and_nothing_is_cut_off(forged: bytes) -> None:
    assert code(lambda: container.unzip(forged, "x")) in ("unreadable", "not-canonical")


def _dos(info: zipfile.ZipInfo) -> None:
    info.create_system = 0


def _dated(info: zipfile.ZipInfo) -> None:
    info.date_time = (2026, 5, 30, 0, 0, 0)


def _extra(info: zipfile.ZipInfo) -> None:
    info.extra = b"\xfe\xca\0\0"


def _noted(info: zipfile.ZipInfo) -> None:
    info.comment = b"hidden"


def _linked(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize("change", [_dos, _dated, _extra, _noted, _linked])
def test_a_zip_in_another_spelling_is_refused(change: Callable[[zipfile.ZipInfo], None]) -> None:
    assert code(lambda: container.unzip(other_zip(FILES, change), "x")) == "not-canonical"


def test_a_comment_or_another_order_or_a_name_twice_is_refused() -> None:
    assert code(lambda: container.unzip(other_zip(FILES, comment=b"hidden"), "x")) == "not-canonical"
    assert code(lambda: container.unzip(other_zip(dict(sorted(FILES.items(), reverse=True))), "x")) == "not-canonical"
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = other_zip([("manifest.json", b"{}"), ("manifest.json", b'{"a":1}')])
    assert code(lambda: container.unzip(twice, "x")) == "not-canonical"


ODD_NAMES = [
    "../manifest.json",
    "/etc/passwd",
    "record/../manifest.json",
    "events/../../x",
    "events/.hidden",
    "events/a b",
    "events/a/b",
    "inputs/" + "a" * 200,
    "inputs/",
    "Manifest.json",
    "manifest.json\n",
    "manifest.json ",
    "answers/1-USA.json",
    "answers/٠٠٠١-USA.json",
    "logs/USA-xyz.json",
    "C:\\manifest.json",
    "inputs/\u202egnp",
    "\udcff",
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=repr)
def test_a_name_that_no_file_of_a_bundle_has_is_refused_in_a_folder_and_in_a_zip(name: str, tmp_path: Path) -> None:
    assert code(lambda: container.zipped({name: b""})) == "odd-name"
    if "\udcff" not in name:
        assert code(lambda: container.unzip(other_zip({**FILES, name: b""}), "x")) in ("odd-name", "not-canonical")
    path = tmp_path / "bundle" / name.lstrip("/")
    if ".." in name or name.endswith("/") or len(name) > 250:
        return
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    if name != "/etc/passwd":
        assert code(lambda: container.read(tmp_path / "bundle")) == "odd-name"


def test_links_pipes_and_links_to_folders_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "x").write_bytes(b"what the reader must not read")

    def file(folder: Path) -> None:
        (folder / "manifest.json").symlink_to(secret / "x")

    def nowhere(folder: Path) -> None:
        (folder / "manifest.json").symlink_to(folder / "nothing")

    def below(folder: Path) -> None:
        (folder / "inputs").symlink_to(secret, target_is_directory=True)

    def pipe(folder: Path) -> None:
        os.mkfifo(folder / "manifest.json")

    for k, make in enumerate((file, nowhere, below, pipe)):
        folder = tmp_path / str(k)
        folder.mkdir()
        make(folder)
        assert code(lambda folder=folder: container.read(folder)) == "odd-name"  # type: ignore[misc]


def test_what_is_not_there_or_empty_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("nothing", "empty"):
        assert code(lambda name=name: container.read(tmp_path / name)) == "unreadable"  # type: ignore[misc]


def test_a_compressed_zip_is_refused_before_anything_is_unpacked() -> None:
    def deflated(info: zipfile.ZipInfo) -> None:
        info.compress_type = zipfile.ZIP_DEFLATED

    bomb = other_zip({"inputs/a": bytes(50_000_000)}, deflated)
    assert len(bomb) < 100_000
    assert code(lambda: container.unzip(bomb, "x")) == "not-canonical"


def _central(data: bytes, offset: int, value: int) -> bytes:
    """The same zip with another number in its first directory entry."""
    at = data.index(b"PK\1\2") + offset
    return data[:at] + struct.pack("<I", value) + data[at + 4 :]


def test_a_zip_that_claims_more_than_there_is_is_refused() -> None:
    assert code(lambda: container.unzip(_central(ZIP, 24, 600 << 20), "x")) == "too-big"
    for claimed in (100 << 20, 2**32 - 1):
        assert code(lambda claimed=claimed: container.unzip(_central(ZIP, 24, claimed), "x")) in (  # type: ignore[misc]
            "not-canonical",
            "too-big",
        )
        assert code(lambda claimed=claimed: container.unzip(_central(ZIP, 42, claimed), "x")) == "unreadable"  # type: ignore[misc]


def test_many_entries_over_the_same_bytes_are_refused() -> None:
    """As the zip bombs that overlap: one stored file, and a directory that names it 5000 times at 1 MB."""
    one = other_zip({"inputs/a": bytes(1 << 20)})
    at = one.index(b"PK\1\2")
    end = one.index(b"PK\5\6")
    entry = one[at:end]
    many = 5000
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, many, many, len(entry) * many, at, 0)
    assert code(lambda: container.unzip(one[:at] + entry * many + tail, "x")) == "too-big"


def test_more_files_than_a_bundle_has_are_refused() -> None:
    assert (
        code(lambda: container.unzip(other_zip({f"inputs/{k}": b"" for k in range(container.MOST_FILES + 1)}), "x")) == "too-big"
    )


def test_an_encrypted_entry_is_refused() -> None:
    at = ZIP.index(b"PK\1\2") + 8
    locked = ZIP[:at] + b"\1\0" + ZIP[at + 2 :]
    assert code(lambda: container.unzip(locked, "x")) == "unreadable"


def test_a_wrong_checksum_is_refused() -> None:
    wrong = _central(ZIP, 16, zlib.crc32(b"something else"))
    assert code(lambda: container.unzip(wrong, "x")) == "unreadable"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("file/a.zip", "file/folder"):
        with pytest.raises(LedgerUnwritable, match="cannot be written"):
            container.write(FILES, tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
