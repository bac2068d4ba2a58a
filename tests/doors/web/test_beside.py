"""Answers are made in a loop of their own: they do not wait for the turns of the loop that gives them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time

import pytest
from anyio import to_thread

from hoshimori.doors.web.beside import END_S, Beside

SAID = contextvars.ContextVar("said", default="")


def test_work_is_done_beside_in_the_context_of_who_asks() -> None:
    beside = Beside(2)

    async def work() -> tuple[str, str, float]:
        return threading.current_thread().name, SAID.get(), await to_thread.run_sync(lambda: 1.5)

    async def run() -> None:
        SAID.set("hello")
        assert await beside.run(work()) == ("answers", "hello", 1.5)

    asyncio.run(run())
    beside.close()


def test_many_turns_do_not_wait_for_a_busy_loop() -> None:
    beside = Beside(2)

    async def work() -> float:
        began = time.monotonic()
        for _ in range(50):
            await asyncio.sleep(0)
        return time.monotonic() - began

    async def busy() -> None:
        while True:
            await asyncio.sleep(0)
            time.sleep(0.02)

    async def run() -> None:
        await beside.run(asyncio.sleep(0))
        blocking = asyncio.create_task(busy())
        assert await beside.run(work()) < 0.5  # in the busy loop: 50 turns of 20 ms
        blocking.cancel()

    asyncio.run(run())
    beside.close()


def test_what_fails_there_is_told_here() -> None:
    beside = Beside(1)

    async def work() -> None:
        raise ValueError("no")

    async def run() -> None:
        with pytest.raises(ValueError, match="no"):
            await beside.run(work())

    asyncio.run(run())
    beside.close()


def test_it_ends_while_work_is_being_done() -> None:
    beside, begun, go_on = Beside(1), threading.Event(), threading.Event()

    def long() -> None:
        begun.set()
        go_on.wait(10.0)

    async def work() -> None:
        await to_thread.run_sync(long)

    async def run() -> None:
        working = asyncio.create_task(beside.run(work()))
        await asyncio.to_thread(begun.wait)
        began = time.monotonic()
        await asyncio.to_thread(beside.close)
        assert time.monotonic() - began < END_S + 1.0
        go_on.set()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    asyncio.run(run())


def test_what_never_began_is_closed() -> None:
    Beside(1).close()
