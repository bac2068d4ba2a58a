"""A thousand consoles that listen at once: do they hold, does each hear everything, does memory grow.

    python bench/service/stream.py [--clients 1000] [--seconds 300]

On the practice sky. Each client keeps one connection of server-sent events open; every ten seconds something changes (a sweep is
asked for), and every client must hear of it.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.service.load import filled, keep_weighing
from bench.service.serving import Service, serving, wait_for_sweep


class Heard:
    """What one client heard: the seq of each change, and when the line last was alive."""

    def __init__(self) -> None:
        self.seqs: list[int] = []
        self.beats = 0
        self.ended = ""


async def listen(port: int, token: str, heard: Heard, until: float) -> None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            "Accept: text/event-stream\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            heard.ended = head.decode(errors="replace").splitlines()[0]
            return
        while (left := until - time.perf_counter()) > 0:
            try:
                line = await asyncio.wait_for(reader.readline(), left)
            except TimeoutError:
                break
            if not line:
                heard.ended = "closed by the server"
                return
            if line.startswith(b"id:"):
                heard.seqs.append(int(re.findall(rb"\d+", line)[0]))
            elif line.startswith(b":"):
                heard.beats += 1
        writer.close()
    except OSError as error:
        heard.ended = repr(error)


async def run(service: Service, clients: int, seconds: float) -> list[Heard]:
    all_heard = [Heard() for _ in range(clients)]
    until = time.perf_counter() + seconds
    tasks = []
    for k, heard in enumerate(all_heard):
        tasks.append(asyncio.create_task(listen(service.port, service.token, heard, until)))
        if k % 50 == 49:
            await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    return all_heard


def keep_changing(service: Service, stop: threading.Event) -> None:
    newest = np.datetime64(service.get("/floor")["as_of"].rstrip("Z"), "us")
    k = 0
    while not stop.wait(10.0):
        k += 1
        service.ask("POST", "/sweeps", {"as_of": f"{newest - np.timedelta64(k * 31, 'm')}Z"})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=300.0)
    given = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * given.clients)), hard))
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch, "home")
        with serving(home, filled(home, None)) as service:
            wait_for_sweep(service)
            stop = threading.Event()
            memory: list[tuple[float, float]] = []
            beside = [
                threading.Thread(target=keep_weighing, args=(service, stop, memory)),
                threading.Thread(target=keep_changing, args=(service, stop)),
            ]
            for t in beside:
                t.start()
            all_heard = asyncio.run(run(service, given.clients, given.seconds))
            stop.set()
            for t in beside:
                t.join()
    tell(all_heard, given.seconds, np.array(memory))


def tell(all_heard: list[Heard], seconds: float, memory_mb: np.ndarray) -> None:
    held = [h for h in all_heard if not h.ended]
    most = max(all_heard, key=lambda h: len(h.seqs))
    behind = max(len(most.seqs) - len(h.seqs) for h in held) if held else 0
    gaps = sum(1 for h in held if h.seqs and h.seqs != list(range(h.seqs[0], h.seqs[0] + len(h.seqs))))
    server = memory_mb[:, 0]
    ended = sorted({h.ended for h in all_heard if h.ended})
    print(f"{len(all_heard)} clients, {seconds:.0f} s: {len(held)} held; ended: {ended[:3]}")
    print(f"changes heard          {len(most.seqs)} at most, {behind} fewer at worst; clients with a gap: {gaps}")
    print(f"heartbeats             {min(h.beats for h in held) if held else 0} at least")
    print(f"server memory          {server[0]:.0f} -> {server[-1]:.0f} MB (peak {server.max():.0f})")


if __name__ == "__main__":
    main()
