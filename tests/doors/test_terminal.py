"""Any terminal, none at all, and a reader who leaves early."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from hoshimori.doors import cli
from tests.command import apart, start
from tests.conftest import Practice

ASCII = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}


def test_a_terminal_without_unicode_shows_plain_signs(practice: Practice) -> None:
    done = apart("watch", "japan-comms", *practice.options(), settings=ASCII)
    assert (done.code, done.err) == (0, "")
    assert " +/- " in done.out
    assert done.out.isascii()


def test_such_a_terminal_gets_question_marks_for_japanese_and_no_traceback(practice: Practice) -> None:
    done = apart("watch", "japan-comms", *practice.options(), "--lang", "ja", settings=ASCII)
    assert (done.code, done.err) == (0, "")
    assert "HORIZONS" in done.out or "???" in done.out


def test_json_is_whole_in_any_encoding() -> None:
    plain = json.loads(apart("watchlist", "japan-comms", "--json", settings=ASCII).out)
    assert plain == json.loads(apart("watchlist", "japan-comms", "--json").out)
    assert any(a["name_ja"] for a in plain["assets"])


@pytest.mark.parametrize("verb", ["watchlist", "verify"])
def test_a_reader_who_leaves_early_is_no_error(verb: str, practice: Practice) -> None:
    words = {
        "watchlist": ["watchlist", "japan-all", "--json"],
        "verify": ["verify", str(practice.out / "events.jsonl"), "--home", str(practice.home)],
    }[verb]
    child = start(*words)
    assert child.stdout is not None
    child.stdout.close()
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err.decode()) == (cli.PIPE_CLOSED, "")


def test_the_keyboard_stops_a_command_with_one_sentence(tmp_path: Path) -> None:
    pipe = tmp_path / "endless.tle"
    os.mkfifo(pipe)
    child = start("ingest", pipe, "--home", tmp_path / "home")
    with open(pipe, "wb"):  # opens once the command waits for the other end
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert child.returncode == cli.STOPPED
    assert err.decode() == "hoshimori: stopped by the keyboard; what was acknowledged is kept\n"
