"""Small servers of the outside for the tests: a web server that answers as told, a mail server that keeps what it gets."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """answers: (status, body) of each request in turn, the last for ever."""

    url: str
    answers: list[tuple[int, bytes]]
    heard: list[Heard] = field(default_factory=list)


@contextmanager
def site(*answers: tuple[int, bytes]) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            here.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status, content = here.answers.pop(0) if len(here.answers) > 1 else here.answers[0]
            self.send_response(status)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(f"http://127.0.0.1:{server.server_port}", list(answers or [(200, b"")]))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Post:
    """A mail server. refuse: it takes no letter."""

    port: int
    letters: list[str] = field(default_factory=list)
    refuse: bool = False


@contextmanager
def post_office() -> Iterator[Post]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline().decode().strip():
                word = line.upper()
                if word.startswith("RCPT") and here.refuse:
                    self._say("550 nobody of that name")
                elif word == "DATA":
                    self._say("354 go on")
                    here.letters.append(self._letter())
                    self._say("250 kept")
                elif word == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 so be it")

        def _letter(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode()) != ".\r\n":
                lines.append(line)
            return "".join(lines)

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    here = Post(int(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
