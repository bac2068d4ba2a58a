"""A bundle as files: a folder, or a zip with one spelling. Nothing here is believed; what is read is bytes under checked names.

The zip is stored, sorted, dated 1980 and without comments or extra fields, so that the same files always give the same bytes, and
a zip whose bytes are not exactly those is refused: no second file can hide behind a name, no byte is unaccounted for.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from hoshimori.errors import LedgerUnwritable, Refused

Files = dict[str, bytes]
NAME = re.compile(
    r"manifest\.json|keyring\.json|record/(envelope|disclosures|log)\.json|answers/[0-9]{4}-[A-Z]{3}(\.log)?\.json"
    r"|logs/[A-Z]{3}-[0-9a-f]{16}\.json|(events|inputs)/[0-9a-z][0-9A-Za-z._-]{0,120}"
)
MOST_FILES = 20_000
MOST_BYTES = 512 * 1024 * 1024
_DATE = (1980, 1, 1, 0, 0, 0)


def read(path: Path) -> Files:
    """All files of a bundle by name. Refused: an odd name, a link, too much, a zip that is not spelled as ours."""
    if path.is_dir():
        return _folder(path)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Refused("unreadable", f"{path}: cannot be read: {error.strerror or error}") from error
    return unzip(data, str(path))


def unzip(data: bytes, what: str) -> Files:
    """The files of a zip in its one spelling."""
    if len(data) > MOST_BYTES:
        raise Refused("too-big", f"{what}: more than {MOST_BYTES >> 20} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > MOST_BYTES:
                raise Refused("too-big", f"{what}: more than {MOST_FILES} files or {MOST_BYTES >> 20} MB")
            if any(e.compress_type != zipfile.ZIP_STORED for e in entries):
                raise Refused("not-canonical", f"{what}: a bundle stores its files uncompressed")
            names = [_named(e.filename) for e in entries]
            files = {n: archive.read(e) for n, e in zip(names, entries, strict=True)}
    except Refused:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OverflowError,
    ) as error:
        raise Refused("unreadable", f"{what}: not a zip that can be read: {error}") from error
    except Exception as error:  # zipfile raises what it likes on hostile headers
        raise Refused("unreadable", f"{what}: not a zip that can be read: {error!r}") from error
    if zipped(files) != data:
        raise Refused("not-canonical", f"{what}: the zip holds bytes that are no part of its files, or the same name twice")
    return files


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The one zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(_named(name), _DATE)
            info.create_system = 3
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, files[name])
    return out.getvalue()


def write(files: Mapping[str, bytes], path: Path) -> None:
    """As a zip where the name ends in .zip, else as a folder; what is there already is never overwritten. Whole or not at all."""
    if os.path.lexists(path):
        raise Refused("exists", f"{path}: exists already; nothing is overwritten. Choose another name")
    scratch = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".zip":
            with scratch.open("xb") as file:
                file.write(zipped(files))
                file.flush()
                os.fsync(file.fileno())
        else:
            for name in sorted(files):
                target = scratch / _named(name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(files[name])
        if os.path.lexists(path):
            raise Refused("exists", f"{path}: exists since a moment; nothing is overwritten. Choose another name")
        os.rename(scratch, path)  # not a hard link: memory sticks have none
    except OSError as error:
        raise LedgerUnwritable(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        scratch.unlink(missing_ok=True) if scratch.is_file() else shutil.rmtree(scratch, ignore_errors=True)


def _folder(root: Path) -> Files:
    files: Files = {}
    size = 0
    for place, folders, names in os.walk(root, followlinks=False):
        for name in [*folders, *names]:
            path = Path(place) / name
            if path.is_symlink() or (name in names and not path.is_file()):
                raise Refused("odd-name", f"{path}: a link or no plain file; a bundle holds plain files only")
        for name in names:
            path = Path(place) / name
            key = _named(path.relative_to(root).as_posix())
            size += path.stat().st_size
            if size > MOST_BYTES or len(files) >= MOST_FILES:
                raise Refused("too-big", f"{root}: more than {MOST_FILES} files or {MOST_BYTES >> 20} MB")
            try:
                files[key] = path.read_bytes()
            except OSError as error:
                raise Refused("unreadable", f"{path}: cannot be read: {error.strerror or error}") from error
    if not files:
        raise Refused("unreadable", f"{root}: an empty folder is no bundle")
    return files


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise Refused("odd-name", f"{name[:80]!r}: no file of a bundle is called so")
    return name
