"""Records in a notebook: each has a look, in both languages, that holds nothing but text and never forgets what it may not."""

from __future__ import annotations

import importlib
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

import hoshimori
from hoshimori.detect import manoeuvre
from hoshimori.doors import incidents, notebook
from hoshimori.doors.client_rows import AssetNow, EventNow, File, FloorNow, JobNow, RecordNow
from hoshimori.doors.evidence import TEMPLATE
from hoshimori.doors.records import Record
from hoshimori.doors.weekly import weekly
from hoshimori.doors.words import words
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from hoshimori.judgements import Marking, Tlp
from tests.conftest import Practice
from tests.doors.lives import flown
from tests.doors.test_report import VOID

LANGUAGES = ("en", "ja")
AMBER = Marking(Tlp.AMBER, frozenset({"JPN", "USA"}))
BAD = "<script>alert(1)</script>\u202e\"'&"
WATCHED = 43633


class Piece(HTMLParser):
    """Tags that balance; what could act on the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.acts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        outside = [k for k in ("src", "href") if k in given and not given[k].startswith("data:image/svg+xml;base64,")]
        self.acts += [tag] if tag in ("script", "iframe", "object", "form", "link", "style") or outside else []
        self.acts += [k for k in given if k.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def home(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return practice.copied(tmp_path_factory.mktemp("notebook") / "home")


@pytest.fixture(scope="module")
def records(practice: Practice, home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One record of each kind that this package gives, from the practice sky."""
    opened: dict[str, Any] = {"home": home, "as_of": "data", "modes": [DataMode.EXERCISE]}
    visit = next(e for e in practice.sweep.events if e.kind == "stay" and not e.normal)
    given: dict[str, Any] = {"by": "A. Sato", "party": "JPN", "data_mode": DataMode.EXERCISE, "home": home}
    case = hoshimori.open_incident("A visitor", subjects=["799500001"], owners=["JPN"], marking=AMBER, **given)
    hoshimori.add_findings(case.incident_id, [visit], home=home)
    file = tmp_path_factory.mktemp("evidence") / "evidence.toml"
    file.write_text(TEMPLATE, encoding="utf-8")
    hoshimori.add_evidence(case.incident_id, file, home=home)
    answer = hoshimori.judge(
        case.incident_id, "affected-or-threatened", "met", by="A. Sato", party="JPN", reason="It is ours.", home=home
    )
    made = hoshimori.assess_incident(case.incident_id, home=home)
    acts = ({"party": "JPN", "by": "A. Sato", "act": "proposed", "at": "2026-06-01T00:00:00Z", "reasons": ""},)
    told = manoeuvre.find(flown())
    assert told.burns
    return {
        "Sweep": practice.sweep,
        "AssetState": practice.sweep.states[0],
        "Event": visit,
        "events": practice.sweep.events,
        "ElementSets": hoshimori.history(WATCHED, **opened),
        "Stay": next(s for s in hoshimori.stays(watchlist="japan-comms", **opened) if not s.normal),
        "Burn": told.burns[0],
        "Told": told,
        "Timeline": hoshimori.timeline(WATCHED, with_stays=False, **opened),
        "Check": hoshimori.check([visit], home=home)[0],
        "Week": weekly("japan-comms", days=1, **opened),
        "Incident": incidents.incident(case.incident_id, home=home),
        "Judgement": answer,
        "assessment": made,
        "Record": Record("a" * 64, case.incident_id, "JPN", "proposed", acts, np.datetime64("2026-06-01", "us"), "", "EXERCISE"),
    }


KINDS = (
    "Sweep", "AssetState", "Event", "events", "ElementSets", "Stay", "Burn", "Told", "Timeline", "Check", "Week", "Incident",
    "Judgement", "assessment", "Record",
)  # fmt: skip
WITHOUT_MODE = ("AssetState", "Check")
"""Records that carry no data mode of their own."""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_record_shows_itself_whole_and_as_text_alone(records: dict[str, Any], kind: str, lang: str) -> None:
    text = notebook.html(records[kind], lang)
    piece = Piece(text)
    assert piece.open == []
    assert piece.acts == []
    assert f'lang="{lang}"' in text
    assert "{" not in text


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in WITHOUT_MODE])
def test_what_is_invented_says_so(records: dict[str, Any], kind: str) -> None:
    assert ">EXERCISE</span>" in notebook.html(records[kind])


@pytest.mark.parametrize("kind", ["Incident", "Judgement", "assessment", "Week"])
def test_a_marking_stands_above_and_below(records: dict[str, Any], kind: str) -> None:
    text = notebook.html(records[kind])
    mark = f'font-size:12px">{AMBER.text}</div>'
    assert text.count(mark) == 2
    assert text.index(mark) < 300
    assert text.rindex(mark) > len(text) - 400


def test_the_two_languages_differ_and_say_the_same_numbers(records: dict[str, Any]) -> None:
    one, other = (notebook.html(records["Event"], lang) for lang in LANGUAGES)
    assert words("en")["week dull"] in one
    assert words("ja")["week dull"] in other
    assert "22.8 ± 1.33 km" in one
    assert "22.8 ± 1.33 km" in other


def test_every_distance_has_its_sigma_or_says_that_none_is_known(records: dict[str, Any]) -> None:
    text = notebook.html(records["events"])
    lengths = [cell for cell in text.split("</td>") if cell.endswith(" km")]
    assert len(lengths) > 10
    assert all(" ± " in cell for cell in lengths)


def test_dull_explanations_stand_before_the_numbers(records: dict[str, Any]) -> None:
    text = notebook.html(records["Event"])
    assert text.index(words("en")["week dull"]) < text.index(words("en")["week measured"])


def test_a_hostile_name_stays_a_name(records: dict[str, Any], practice: Practice) -> None:
    event = replace(records["Event"], subject=BAD, others=(BAD,), label=BAD)
    for text in (
        notebook.html(event),
        notebook.html([event]),
        notebook.html(records["Event"], names={"799500001": BAD, str(WATCHED): BAD}),
        notebook.html(replace(records["Incident"], title=BAD, question=BAD, assets=(BAD,))),
        notebook.html(replace(records["Judgement"], reason=BAD)),
        notebook.html({**records["assessment"], "incident": {**records["assessment"]["incident"], "title": BAD}}),
        notebook.html(replace(records["Record"], why=BAD, incident=BAD)),
        notebook.html(File(b"", BAD, BAD, AMBER)),
        notebook.html(JobNow("x", BAD, BAD, {}, BAD, {})),
    ):
        assert Piece(text).acts == []
        assert "<script" not in text
        assert "\u202e" not in text


def test_what_a_service_answered_shows_itself(records: dict[str, Any]) -> None:
    moment = np.datetime64("2026-06-01", "us")
    asset = AssetNow("a", 1, "ASSET", "X", None, "attention", (), ("why",), 0.1, (), "EXERCISE", {})
    event = EventNow(
        "e" * 32,
        "stay",
        "1",
        "ASSET",
        ("2",),
        ("",),
        "parking",
        False,
        moment,
        moment,
        moment,
        moment,
        {},
        "told",
        "EXERCISE",
        {},
    )
    floor = FloorNow("mine", moment, "EXERCISE", (asset,), (event,), {}, ({"code": "no-data", "text": "empty"},), 2, {})
    record = RecordNow("b" * 64, "JPN-2026-0001", "JPN", "concurred", moment, (), "EXERCISE", AMBER, {})
    for one in (asset, event, floor, record):
        for lang in LANGUAGES:
            text = notebook.html(one, lang)
            assert Piece(text).open == []
            assert ">EXERCISE</span>" in text
    assert AMBER.text in notebook.html(record)
    assert "empty" in notebook.html(floor)


def test_every_look_is_of_a_class_that_is_there() -> None:
    for (module, name), (place, look) in notebook.LOOKS.items():
        assert isinstance(getattr(importlib.import_module(module), name), type)
        assert callable(getattr(importlib.import_module(place), look))


def test_a_shell_shows_records_by_the_look_that_was_registered(records: dict[str, Any]) -> None:
    shell = SimpleNamespace(display_formatter=DisplayFormatter())
    notebook.register(shell, "ja")
    data, _ = shell.display_formatter.format(records["Event"])
    assert words("ja")["week dull"] in data["text/html"]
    assert "Event(" in data["text/plain"]
    notebook.register(shell, "en")
    data, _ = shell.display_formatter.format(records["Event"])
    assert words("en")["week dull"] in data["text/html"]


def test_nothing_is_loaded_before_a_record_is_shown() -> None:
    code = (
        "import sys, types\n"
        "from IPython.core.formatters import DisplayFormatter\n"
        "import hoshimori\n"
        "shell = types.SimpleNamespace(display_formatter=DisplayFormatter())\n"
        "hoshimori.load_ipython_extension(shell)\n"
        "print(sorted(m for m in sys.modules if m.startswith('hoshimori')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(["hoshimori", "hoshimori.doors", "hoshimori.doors.notebook", "hoshimori.errors"])


def test_outside_a_notebook_it_is_told_what_to_do() -> None:
    code = "import hoshimori\ntry:\n  hoshimori.notebook()\nexcept hoshimori.errors.UsageError as e:\n  print(e)\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "show(record).text" in done.stdout


@pytest.mark.parametrize("what", [1, "text", {}, [], [1]])
def test_what_has_no_look_is_refused(what: Any) -> None:
    with pytest.raises(UsageError, match="no look"):
        hoshimori.show(what)


def test_a_language_that_is_not_spoken_is_refused(records: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="en, ja"):
        hoshimori.show(records["Event"], "fr")
