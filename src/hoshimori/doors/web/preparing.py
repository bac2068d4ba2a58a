"""The practice sky made ready beside a server that answers already: its facts are taken in, then the worker sweeps them.

python -m hoshimori.doors.web.preparing HOME
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from anyio import to_thread

from hoshimori.catalogue import Catalogue
from hoshimori.catalogue.store import Store
from hoshimori.doors.web.conditions import Conditions
from hoshimori.doors.web.logs import fault, log
from hoshimori.doors.web.world import World
from hoshimori.errors import HoshimoriError

CODE = "preparing"
LONGEST_S = 300.0


def needed(world: World) -> bool:
    """Is this a practice world whose sky is not there yet?"""
    return world.practice and not Store(world.home).manifest().files


def take_in(home: Path) -> None:
    """The practice sky into a home of its own; every record says EXERCISE."""
    from hoshimori.exercise import practice_sky

    Catalogue(home).ingest(practice_sky().received)


async def prepare(world: World, begin: Callable[[], None]) -> None:
    """Take the sky in where it is not there, in a process of its own; then begin the work (`begin`).

    The floor says so until the first sweep is kept. A worker that began before would sweep nothing, and say that it failed.
    """
    if not await to_thread.run_sync(needed, world):
        return begin()
    conditions = Conditions(world.duty, world.home)
    await to_thread.run_sync(lambda: conditions.put(CODE, {}, severity="info"))
    try:
        made = await _child(world.home) == 0
        begin()
        if made:
            await _first_sweep(world)
    except HoshimoriError as error:
        log().error("preparing", fault=fault(error))
    finally:
        conditions.clear(CODE)


async def _child(home: Path) -> int:
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "hoshimori.doors.web.preparing", str(home))
    try:
        return await child.wait()
    except asyncio.CancelledError:
        child.terminate()
        await child.wait()
        raise


async def _first_sweep(world: World) -> None:
    for _ in range(int(LONGEST_S / 0.25)):
        if await to_thread.run_sync(lambda: world.duty.sweeps(limit=1).total):
            return
        await asyncio.sleep(0.25)


if __name__ == "__main__":
    take_in(Path(sys.argv[1]))
