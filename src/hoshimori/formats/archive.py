"""Bytes to text: gzip and zip opened, encodings understood, nothing lost in silence.

Archives are opened once, and once more for an archive inside an archive; what unpacks to more than `LIMIT_BYTES` is refused.
"""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterator

from hoshimori.formats.complaints import Complaints

LIMIT_BYTES = 1 << 30
"""The most that one file may unpack to: 1 GiB, some 6 million element sets."""
DEPTH = 2
"""Archives inside archives: a zip of gzip files is usual, more is a trap."""

_PIECE = 1 << 22
_XML_HEADS = (("utf-32-be", b"\0\0\0<"), ("utf-32-le", b"<\0\0\0"), ("utf-16-be", b"\0<\0?"), ("utf-16-le", b"<\0?\0"))
_BOMS = (
    ("utf-8", codecs.BOM_UTF8),
    ("utf-32-le", codecs.BOM_UTF32_LE),  # before UTF-16: the same first two bytes
    ("utf-32-be", codecs.BOM_UTF32_BE),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
)


def unpack(
    content: bytes, file: str, *, limit_bytes: int = LIMIT_BYTES, depth: int = DEPTH
) -> Iterator[tuple[bytes, Complaints, str]]:
    """Every file inside: its bytes, the complaints to go on with, and "zip" or "gzip" where nothing in it can be read.

    A member of a zip is called "archive.zip!member".
    """
    complaints = Complaints(file)
    if not _is_archive(content):
        yield content, complaints, ""
    elif depth == 0:
        complaints.add("archive", file, f"at most {DEPTH} archives one inside the other")
        yield b"", complaints, "archive"
    elif content.startswith(b"PK"):
        yield from _unzip(content, complaints, limit_bytes, depth)
    else:
        plain = _gunzip(content, complaints, limit_bytes)
        if plain is None:
            yield b"", complaints, "gzip"
            return
        for inner, more, failed in unpack(plain, file, limit_bytes=limit_bytes, depth=depth - 1):
            more.take_over(complaints)
            yield inner, more, failed


def _is_archive(content: bytes) -> bool:
    return content.startswith((b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"))


def _gunzip(content: bytes, complaints: Complaints, limit_bytes: int) -> bytes | None:
    """The plain bytes; what could be read where the stream ends early; None where it is damaged or too large."""
    out = bytearray()
    rest: bytes = content
    while rest.startswith(b"\x1f\x8b"):  # several gzip streams may follow each other
        stream = zlib.decompressobj(wbits=31)
        try:
            out += stream.decompress(rest, limit_bytes + 1 - len(out))
        except zlib.error as trouble:
            complaints.add("gzip", trouble, "an undamaged gzip stream; nothing was read from it")
            return None
        if len(out) > limit_bytes:
            complaints.add("gzip", f"more than {limit_bytes} bytes", f"at most {limit_bytes} bytes when unpacked")
            return None
        if not stream.eof:
            complaints.add(
                "gzip", f"ends after {len(out)} bytes", "the end of the gzip stream; the rest is missing", refused=False
            )
        rest = stream.unused_data
    if rest.strip(b"\0"):
        complaints.add("gzip", rest[:20], "nothing after the gzip stream; it was passed over", refused=False)
    return bytes(out)


def _unzip(content: bytes, complaints: Complaints, limit_bytes: int, depth: int) -> Iterator[tuple[bytes, Complaints, str]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as trouble:
        complaints.add("zip", trouble, "a whole zip archive")
        yield b"", complaints, "zip"
        return
    members = [m for m in archive.infolist() if not m.is_dir()]
    if not members:
        complaints.add("zip", "no members", "at least one file inside")
        yield b"", complaints, "zip"
    left = limit_bytes
    for member in members:
        name = f"{complaints.file}!{member.filename}"
        plain = _member(archive, member, Complaints(name), left)
        if isinstance(plain, Complaints):
            yield b"", plain, "zip"
            continue
        left -= len(plain)
        yield from unpack(plain, name, limit_bytes=left, depth=depth - 1)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, complaints: Complaints, left: int) -> bytes | Complaints:
    """The bytes of one member, or why there are none. Sizes that the archive declares are not believed."""
    try:
        with archive.open(member) as stream:
            plain = stream.read(left + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, NotImplementedError) as trouble:
        complaints.add("zip member", trouble, "an undamaged member without a password")
        return complaints
    if len(plain) > left:
        complaints.add("zip member", f"more than {left} bytes", "an archive that unpacks to less than the limit")
        return complaints
    return plain


def to_utf8(content: bytes, complaints: Complaints) -> bytes:
    """The same text in UTF-8 without a byte-order mark. Latin-1 is the last resort, and is told."""
    encoding = _encoding(content)
    for name, bom in _BOMS:
        content = content.removeprefix(bom) if name == encoding else content
    if encoding == "utf-8":
        if content.isascii():
            return content
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as trouble:
            line = content.count(b"\n", 0, trouble.start) + 1
            complaints.add(
                "encoding", content[trouble.start : trouble.start + 8], "UTF-8; read as Latin-1", line=line, refused=False
            )
            return content.decode("latin-1").encode()
        return content
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as trouble:
        complaints.add("encoding", f"{encoding} breaks at byte {trouble.start}", f"whole {encoding} text", refused=False)
        return content.decode(encoding, "replace").encode("utf-8", "replace")


def _encoding(content: bytes) -> str:
    for name, head in (*_BOMS, *_XML_HEADS):
        if content.startswith(head):
            return name
    return "utf-8"
