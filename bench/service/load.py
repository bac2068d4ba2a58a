"""Two hundred readers at once while sweeps run: how long an answer takes, whether any fails, whether memory grows.

    python bench/service/load.py [--data FOLDER] [--readers 200] [--seconds 60]

Wanted: no error, p99 below 250 ms on two cores, memory flat. The service, its worker and the readers share the machine. Each
reader asks again as soon as it was answered, for one of the paths below at random; a new sweep, of another moment, is asked for
whenever the last one ended, so that one is always running. Without --data, on the practice sky.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # run as a script, the root is not where names are looked for

from bench.service.readers import Measured, read
from bench.service.serving import COMMAND, Service, serving, wait_for_sweep
from hoshimori.catalogue import Catalogue
from hoshimori.exercise import practice_sky


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=os.environ.get("HOSHIMORI_DATA"))
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch, "home")
        options = filled(home, given.data)
        with serving(home, options) as service:
            wait_for_sweep(service)
            report(service, given.readers, given.seconds)


def filled(home: Path, data: Path | None) -> list[str]:
    """A home with the real week and the catalogue of 2022, or with the practice sky; the options to serve it with."""
    if data is None or not Path(data).exists():
        Catalogue(home / "practice").ingest(practice_sky().received)
        return ["--practice"]
    files = [data / "geo-week", data / "catalogue" / "3le_20220715.txt.gz"]
    subprocess.run([*COMMAND, "ingest", "--home", str(home), *map(str, files)], check=True, stdout=subprocess.DEVNULL)
    return ["--as-of", "data"]


def report(service: Service, readers: int, seconds: float) -> None:
    paths = chosen(service)
    asyncio.run(read(service.port, service.token, paths, 20, 5.0))  # warm
    stop = threading.Event()
    swept: list[str] = []
    sweeping = threading.Thread(target=keep_sweeping, args=(service, stop, swept))
    memory: list[tuple[float, float]] = []
    watching = threading.Thread(target=keep_weighing, args=(service, stop, memory))
    sweeping.start()
    watching.start()
    measured = asyncio.run(read(service.port, service.token, paths, readers, seconds))
    stop.set()
    sweeping.join()
    watching.join()
    tell(measured, readers, len(swept), np.array(memory), paths)


def chosen(service: Service) -> list[str]:
    """What people and programs read: the floor, lists, one asset, its timeline, events and one event, sources."""
    assets = service.get("/assets")["items"]
    events = service.get("/events?limit=20")["items"]
    subject = next(a for a in assets if a["state"] == "attention")
    one, number = f"/assets/{subject['asset']}", subject["norad_id"]
    paths = ["/floor", "/floor?lang=ja", "/assets", one, f"{one}/timeline?days=30", "/watchlists", "/sensors", "/data", "/jobs"]
    paths += ["/alerts", "/incidents", "/sweeps", "/alliance/register?limit=50", "/objects?limit=50", "/events?limit=50"]
    paths += [f"/events?subject={number}", f"/objects/{number}/elements?limit=20", *(f"/events/{e['id']}" for e in events[:5])]
    return [f"/api/v1{p}" for p in paths]


def keep_sweeping(service: Service, stop: threading.Event, swept: list[str]) -> None:
    newest = np.datetime64(service.get("/floor")["as_of"].rstrip("Z"), "us")
    back = 1
    while not stop.is_set():
        moment = newest - np.timedelta64(back * 37, "m")
        back += 1
        try:
            job = service.ask("POST", "/sweeps", {"as_of": f"{moment}Z"})
            while not stop.is_set() and service.get(f"/jobs/{job['id']}")["state"] in ("waiting", "running"):
                time.sleep(0.5)
            swept.append(job["id"])
        except (urllib.error.URLError, OSError) as error:
            print("sweeping:", error)
            time.sleep(1.0)


def keep_weighing(service: Service, stop: threading.Event, memory: list[tuple[float, float]]) -> None:
    while not stop.wait(1.0):
        memory.append(service.memory_mb())


def tell(m: Measured, readers: int, sweeps: int, memory_mb: np.ndarray, paths: list[str]) -> None:
    errors = sum(n for status, n in m.status.items() if status != 200) + len(m.broken)
    server, worker = memory_mb[:, 0], memory_mb[:, 1].max()
    print(f"{readers} readers, {m.seconds:.0f} s, {len(paths)} paths, {sweeps} sweeps finished meanwhile")
    print(
        f"answers                {len(m.latency_s)} ({len(m.latency_s) / m.seconds:.0f}/s, {m.bytes / m.seconds / 1e6:.1f} MB/s)"
    )
    print(f"errors                 {errors} {dict(m.status)} {m.broken[:3]}")
    for q in (0.5, 0.9, 0.99, 0.999, 1.0):
        print(f"latency p{100 * q:<14g}{m.quantile_ms(q):8.1f} ms" + ("   (wanted: < 250)" if q == 0.99 else ""))
    print(f"server memory          {server[0]:.0f} -> {server[-1]:.0f} MB (peak {server.max():.0f}); worker {worker:.0f} MB")
    latency, which = np.array(m.latency_s), np.array(m.path)
    for k in sorted(range(len(paths)), key=lambda k: -float(np.quantile(latency[which == k], 0.99)))[:5]:
        print(f"  p99 {np.quantile(latency[which == k], 0.99) * 1e3:6.0f} ms  {paths[k]}")


if __name__ == "__main__":
    main()
