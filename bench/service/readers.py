"""Many readers of one service, each on a connection of its own, each asking again as soon as it was answered.

Raw HTTP/1.1 over asyncio, so that on two cores the asking costs little beside the answering.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Measured:
    """What the readers saw. latency_s: of each answer, in the order of their ends; path: which was asked; broken: no answer."""

    seconds: float = 0.0
    latency_s: list[float] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    status: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    bytes: int = 0

    def quantile_ms(self, q: float) -> float:
        return float(np.quantile(self.latency_s, q) * 1e3)


async def read(port: int, token: str, paths: Sequence[str], readers: int, seconds: float, *, seed: int = 7) -> Measured:
    """`readers` at once for `seconds`; each asks for one of the paths at random, again and again."""
    out = Measured()
    head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n"
    requests = [f"GET {p} HTTP/1.1\r\n{head}".encode() for p in paths]
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(_one(port, requests, until, out, random.Random(seed + k)) for k in range(readers)))
    out.seconds = time.perf_counter() - began
    return out


async def _one(port: int, requests: Sequence[bytes], until: float, out: Measured, chance: random.Random) -> None:
    reader = writer = None
    while time.perf_counter() < until:
        which = chance.randrange(len(requests))
        began = time.perf_counter()
        try:
            if writer is None or reader is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
            writer.write(requests[which])
            status, size, closes = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            out.broken.append(repr(error))
            writer = None
            continue
        out.latency_s.append(time.perf_counter() - began)
        out.path.append(which)
        out.status[status] += 1
        out.bytes += size
        if closes:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int, bool]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    fields = {k.lower(): v.strip() for k, _, v in (line.partition(b":") for line in lines[1:])}
    size = int(fields.get(b"content-length", b"0"))
    if b"transfer-encoding" in fields:
        while (length := int(await reader.readuntil(b"\r\n"), 16)) > 0:
            await reader.readexactly(length + 2)
            size += length
        await reader.readexactly(2)
    elif size:
        await reader.readexactly(size)
    return int(lines[0].split()[1]), size, fields.get(b"connection", b"").lower() == b"close"
