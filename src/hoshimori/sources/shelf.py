"""Copies of what a provider sent: the bytes under their SHA-256, and beside them where they came from and when."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from hoshimori.facts import Received
from hoshimori.sources.clock import moment
from hoshimori.sources.home import write_whole


@dataclass(frozen=True, slots=True)
class Copy:
    """One stored answer. `received_utc` is when these bytes first came, however often the provider has confirmed them since."""

    url: str
    received_utc: str
    sha256: str
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Shelf:
    """The stored copies of one provider, the latest answer to each question."""

    folder: Path
    provider: str

    def find(self, key: str) -> tuple[Copy, Received] | None:
        """The copy for `key`; None where there is none, or where its bytes are not those that were written."""
        try:
            copy = Copy(**json.loads(self._note(key).read_bytes()))
            content = (self.folder / copy.sha256).read_bytes()
        except (FileNotFoundError, ValueError, TypeError):
            return None
        received = self._received(copy, content)
        return (copy, received) if received.sha256 == copy.sha256 else None

    def put(self, key: str, copy: Copy, content: bytes) -> Received:
        """Store the bytes, then the note that points to them, then let go of the bytes that it pointed to before."""
        self.folder.mkdir(exist_ok=True)
        before = self.find(key)
        write_whole(self.folder / copy.sha256, content)
        write_whole(self._note(key), json.dumps(asdict(copy), indent=1).encode())
        if before and before[0].sha256 != copy.sha256 and not self._wanted(before[0].sha256):
            (self.folder / before[0].sha256).unlink(missing_ok=True)
        return self._received(copy, content)

    def _wanted(self, sha256: str) -> bool:
        return any(sha256.encode() in note.read_bytes() for note in self.folder.glob("*.json"))

    def _note(self, key: str) -> Path:
        readable = re.sub(r"[^A-Za-z0-9]+", "-", key)[:60].strip("-")
        return self.folder / f"{readable}.{hashlib.sha256(key.encode()).hexdigest()[:12]}.json"

    def _received(self, copy: Copy, content: bytes) -> Received:
        return Received(copy.url, content, moment(copy.received_utc), self.provider, copy.media_type)
