"""Records in a notebook: how each shows itself, and how a notebook comes to know it.

    import hoshimori                    # in a notebook this is enough: records show themselves
    hoshimori.notebook("ja")            # from here on in Japanese
    hoshimori.show(sweep.events)        # what has no look of its own: several events, an assessment

The records live on floors that know nothing of pages. So no record carries its look; the door registers a look for the name of
each class with IPython, and a class is loaded only when one of its records is shown. See design/notebook.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hoshimori.errors import UsageError

Look = Callable[[Any, Any], str]

SKY, LEDGER = "hoshimori.doors.notebook_sky", "hoshimori.doors.notebook_ledger"
LOOKS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("hoshimori.watch", "Sweep"): (SKY, "sweep"),
    ("hoshimori.findings", "AssetState"): (SKY, "state"),
    ("hoshimori.findings", "Event"): (SKY, "event"),
    ("hoshimori.facts", "ElementSets"): (SKY, "element_sets"),
    ("hoshimori.detect.stays", "Stay"): (SKY, "stay"),
    ("hoshimori.detect.burns", "Burn"): (SKY, "burn"),
    ("hoshimori.detect.burns", "Told"): (SKY, "told"),
    ("hoshimori.doors.timeline", "Timeline"): (SKY, "timeline"),
    ("hoshimori.verify", "Check"): (SKY, "check"),
    ("hoshimori.doors.weekly", "Week"): (SKY, "week"),
    ("hoshimori.judgements", "Incident"): (LEDGER, "incident"),
    ("hoshimori.judgements", "Judgement"): (LEDGER, "judgement"),
    ("hoshimori.doors.records", "Record"): (LEDGER, "record"),
    ("hoshimori.doors.records", "Verified"): (LEDGER, "verified"),
    ("hoshimori.doors.client_rows", "FloorNow"): (LEDGER, "floor"),
    ("hoshimori.doors.client_rows", "AssetNow"): (LEDGER, "asset_now"),
    ("hoshimori.doors.client_rows", "EventNow"): (LEDGER, "event_now"),
    ("hoshimori.doors.client_rows", "IncidentNow"): (LEDGER, "incident_now"),
    ("hoshimori.doors.client_rows", "RecordNow"): (LEDGER, "record"),
    ("hoshimori.doors.client_rows", "JobNow"): (LEDGER, "job"),
    ("hoshimori.doors.client_rows", "File"): (LEDGER, "file"),
}
"""Module and name of a class, and where its look is."""


class Page:
    """HTML that a notebook shows. `text`: the HTML."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_html_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<a page of {len(self.text):,} characters, for a notebook>"


def notebook(lang: str = "en", *, names: Mapping[str, str] | None = None) -> None:
    """Let records show themselves in the notebook that this runs in, in one language; may be called again for the other.

    names: catalogue number as text to object name. UsageError outside a notebook, or for a language that is not spoken here.
    """
    shell = _shell()
    if shell is None:
        raise UsageError("notebook(): this is no notebook; hoshimori.show(record).text gives the HTML anywhere")
    register(shell, lang, names)


def register(shell: Any, lang: str = "en", names: Mapping[str, str] | None = None) -> None:
    """Tell an IPython shell the look of every class, by name: nothing is loaded until a record is shown."""
    _check(lang)
    formatter = shell.display_formatter.formatters["text/html"]
    for module, name in LOOKS:
        formatter.pop(f"{module}.{name}", None)  # a look of before, where one of its records was shown already
        formatter.for_type_by_name(module, name, _look(lang, names))


def show(record: Any, lang: str = "en", *, names: Mapping[str, str] | None = None) -> Page:
    """One record, several events, or an assessment, as a page for a notebook. UsageError for what has no look."""
    _check(lang)
    return Page(html(record, lang, names))


def html(record: Any, lang: str = "en", names: Mapping[str, str] | None = None) -> str:
    """The same as text."""
    import importlib

    from hoshimori.doors.notebook_sky import reading
    from hoshimori.doors.words import words

    r = reading(words(lang), lang, names or {})
    for kind in type(record).__mro__:
        place = LOOKS.get((kind.__module__, kind.__name__))
        if place is not None:
            look: Look = getattr(importlib.import_module(place[0]), place[1])
            return look(record, r)
    return _plain(record, r)


def _plain(record: Any, r: Any) -> str:
    """What is no class of ours: an assessment, or several events."""
    from hoshimori.doors import notebook_ledger, notebook_sky
    from hoshimori.findings import Event

    if isinstance(record, Mapping):
        tree = record.get("assessment", record)
        if isinstance(tree, Mapping) and tree.get("schema") == "hoshimori.assessment/1":
            return notebook_ledger.assessment(tree, r)
    if isinstance(record, Sequence) and record and all(isinstance(x, Event) for x in record):
        return notebook_sky.events(record, r)
    raise UsageError(
        f"show: {type(record).__name__} has no look; known are {', '.join(sorted(n for _, n in LOOKS))}, events, assessments"
    )


def _look(lang: str, names: Mapping[str, str] | None) -> Callable[[Any], str]:
    def look(record: Any) -> str:
        return html(record, lang, names)

    return look


def _check(lang: str) -> None:
    if lang not in ("en", "ja"):
        raise UsageError(f"lang {lang!r}: known languages are en, ja")


def _shell() -> Any:
    """The IPython shell of this process, None where there is none. IPython is never loaded for it."""
    found = sys.modules.get("IPython")
    return found.get_ipython() if found is not None and hasattr(found, "get_ipython") else None


def arrived() -> None:
    """Called where the package is imported while IPython is there: in a notebook records show themselves at once."""
    shell = _shell()
    if shell is not None:
        register(shell)
