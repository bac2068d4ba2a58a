"""The console: files that were built into the package, held in memory; a path is looked up, never followed on disk."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from hoshimori.doors.web import problems
from hoshimori.doors.web.asgi import App, Receive, Scope, Send, api, header
from hoshimori.doors.web.problems import ApiError, NotHere

BUILT = Path(__file__).resolve().parents[2] / "_console"
OWN = frozenset({"/healthz", "/metrics"})
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
ABSENT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>hoshimori</title></head><body><main>
<h1>hoshimori (星守)</h1>
<p>The service runs, but its console is not built. Build it with <code>make console</code> and load this page again.</p>
<p lang="ja">サービスは動いていますが、画面がまだ作られていません。
<code>make console</code> を実行してから、このページを読み直してください。</p>
</main></body></html>
"""


@dataclass(frozen=True)
class File:
    data: bytes
    packed: bytes
    media_type: str
    etag: str
    forever: bool


class Console:
    """Pure ASGI: what is not the API's is a file of the console, or its one page."""

    def __init__(self, app: App, built: Path = BUILT) -> None:
        self.app = app
        self.built = built
        self._stamp = -1
        self._files: dict[str, File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or api(scope["path"]) or scope["path"] in OWN:
            return await self.app(scope, receive, send)
        await self.answer(scope)(scope, receive, send)

    def answer(self, scope: Scope) -> Response:
        path = scope["path"]
        scope["template"] = "console"
        if scope["method"] not in ("GET", "HEAD"):
            return problems.response(ApiError(405, "method", "no such method here", "", {"Allow": "GET, HEAD"}), path)
        files = self.files()
        name = path if path in files else "/index.html"
        if name != path and (name not in files or not _page(path)):
            return problems.response(NotHere("this page"), "")
        return _sent(files[name], scope)

    def files(self) -> dict[str, File]:
        """Read again when the console was built anew."""
        try:
            stamp = (self.built / "index.html").stat().st_mtime_ns
        except OSError:
            stamp = 0
        if stamp != self._stamp:
            self._files, self._stamp = (
                _read(self.built) if stamp else {"/index.html": _file(ABSENT.encode(), ".html", False)},
                stamp,
            )
        return self._files


def _page(path: str) -> bool:
    """May this path be one of the console's own addresses? A file that is not there is none, and neither is a trick."""
    return path.isascii() and path.isprintable() and not path.startswith("/assets/") and not any(c in path for c in ".\\%")


def _read(built: Path) -> dict[str, File]:
    found = {}
    for file in built.rglob("*"):
        if file.is_file() and not file.is_symlink():
            name = "/" + file.relative_to(built).as_posix()
            found[name] = _file(file.read_bytes(), file.suffix, name.startswith("/assets/"))
    return found


def _file(data: bytes, suffix: str, forever: bool) -> File:
    media_type = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    if media_type.startswith("text/") or media_type.endswith(("json", "xml")):
        media_type += "; charset=utf-8"
    packed = gzip.compress(data, 6, mtime=0) if len(data) > 1024 and suffix not in (".png", ".woff2", ".gz", ".jpg") else b""
    return File(
        data, packed if len(packed) < len(data) else b"", media_type, f'"{hashlib.sha256(data).hexdigest()[:32]}"', forever
    )


def _sent(file: File, scope: Scope) -> Response:
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if file.forever else "no-cache",
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if file.etag in header(scope, b"if-none-match"):
        return Response(None, 304, headers)
    data = file.data
    if file.packed and "gzip" in header(scope, b"accept-encoding"):
        data, headers["Content-Encoding"] = file.packed, "gzip"
    response = Response(data, 200, headers, file.media_type)
    if scope["method"] == "HEAD":
        response.body = b""
    return response
