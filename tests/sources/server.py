"""A real HTTP server on loopback that answers as it is told, and counts what it was asked."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType

OMM_CSV = (
    b"OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,"
    b"EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT\r\n"
    b"PRACTICE 1,2026-001A,2026-05-24T01:02:03.000000,1.00270000,.0002,.05,80.1,10.2,20.3,0,U,100001,999,100,0,0,0\r\n"
    b"PRACTICE 2,2026-001B,2026-05-24T02:02:03.000000,1.00270000,.0003,.06,81.1,11.2,21.3,0,U,799500123,999,101,0,0,0\r\n"
)
OMM_JSON = b'[{"OBJECT_NAME":"PRACTICE 1","NORAD_CAT_ID":"100001","EPOCH":"2026-05-24T01:02:03.000000"}]'
HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon</body></html>"


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Handler(BaseHTTPRequestHandler):
    """Answers with what the server was told; remembers every request."""

    protocol_version = "HTTP/1.1"
    server: Listening

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        self.server.asked.append(Asked(self.command, self.path, dict(self.headers), body))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self)

    def reply(self, status: int, content: bytes, headers: Mapping[str, str], *, length: int | None = None) -> None:
        """Send a whole answer, or one that claims to be `length` bytes long and then ends."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 304:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


Answering = Callable[[Handler], None]


class Listening(ThreadingHTTPServer):
    """The server: `answers` are used in turn, the last one for ever."""

    daemon_threads = True

    def __init__(self, answers: list[Answering]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving(*answers: Answering) -> Iterator[Listening]:
    with Listening(list(answers)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def say(content: bytes = OMM_CSV, status: int = 200, **headers: str) -> Answering:
    return lambda to: to.reply(status, content, headers)


def cut(content: bytes = OMM_CSV, at: int = 300, headers: Mapping[str, str] = MappingProxyType({})) -> Answering:
    """Claims the whole length, sends the first `at` bytes, and hangs up."""
    return lambda to: to.reply(200, content[:at], headers, length=len(content))


def cut_without_length(content: bytes = OMM_CSV, at: int = 400) -> Answering:
    def answer(to: Handler) -> None:
        to.send_response(200)
        to.send_header("Connection", "close")
        to.end_headers()
        to.wfile.write(content[:at])
        to.close_connection = True

    return answer


def packed(content: bytes = OMM_CSV, *, keep: int | None = None) -> Answering:
    return lambda to: to.reply(200, gzip.compress(content)[:keep], {"Content-Encoding": "gzip"})


def stall(seconds: float, content: bytes = OMM_CSV) -> Answering:
    """Sends a first piece, then nothing for a while."""

    def answer(to: Handler) -> None:
        to.send_response(200)
        to.send_header("Content-Length", str(len(content)))
        to.end_headers()
        to.wfile.write(content[:10])
        to.wfile.flush()
        time.sleep(seconds)
        to.close_connection = True

    return answer


def hang_up(to: Handler) -> None:
    """Ends the connection without a word."""
    to.connection.shutdown(socket.SHUT_RDWR)
    to.close_connection = True


def drip(pause_s: float, content: bytes = OMM_CSV) -> Answering:
    """Sends all of it, a few bytes at a time; gives up when the other side has gone."""

    def answer(to: Handler) -> None:
        to.send_response(200)
        to.send_header("Content-Length", str(len(content)))
        to.end_headers()
        try:
            for k in range(0, len(content), 10):
                to.wfile.write(content[k : k + 10])
                to.wfile.flush()
                time.sleep(pause_s)
        except OSError:
            to.close_connection = True

    return answer


def unless_known(content: bytes = OMM_CSV, etag: str = '"v1"', modified: str = "Sun, 24 May 2026 06:00:00 GMT") -> Answering:
    """304 to a request that knows the ETag, else the content."""

    def answer(to: Handler) -> None:
        if to.headers.get("If-None-Match") == etag:
            to.reply(304, b"", {})
        else:
            to.reply(200, content, {"ETag": etag, "Last-Modified": modified})

    return answer


def the_rest(content: bytes = OMM_CSV, etag: str = '"v1"', *, skipped: int = 0) -> Answering:
    """Honours a range request for the same ETag; or leaves out some bytes, and says so."""

    def answer(to: Handler) -> None:
        first = int(to.headers["Range"].removeprefix("bytes=").rstrip("-")) + skipped
        assert to.headers["If-Range"] == etag
        rest = f"bytes {first}-{len(content) - 1}/{len(content)}"
        to.reply(206, content[first:], {"ETag": etag, "Content-Range": rest})

    return answer
