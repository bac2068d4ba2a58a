"""hoshimori (星守, star guardian): watches over the satellites people depend on.

    import hoshimori

    hoshimori.ingest("element-sets/")                   # what `hoshimori ingest` does
    sweep = hoshimori.sweep("japan-comms", as_of="data")  # what `hoshimori watch` does
    for state in sweep.states:
        print(state.name, state.state, state.reasons)

Names are loaded when first used, so that importing costs nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hoshimori.alliance import watchlist as watchlist
    from hoshimori.alliance import watchlists as watchlists
    from hoshimori.catalogue import Catalogue as Catalogue
    from hoshimori.catalogue import MemoryView as MemoryView
    from hoshimori.doors.alliance import register as register
    from hoshimori.doors.ascent import ascent as ascent
    from hoshimori.doors.breakups import breakup as breakup
    from hoshimori.doors.breakups import breakups as breakups
    from hoshimori.doors.client import connect as connect
    from hoshimori.doors.cloud import cloud as cloud
    from hoshimori.doors.conjunctions import conjunctions as conjunctions
    from hoshimori.doors.illumination import illumination as illumination
    from hoshimori.doors.incidents import add_evidence as add_evidence
    from hoshimori.doors.incidents import add_findings as add_findings
    from hoshimori.doors.incidents import assess_incident as assess_incident
    from hoshimori.doors.incidents import judge as judge
    from hoshimori.doors.incidents import open_incident as open_incident
    from hoshimori.doors.interference import interference as interference
    from hoshimori.doors.library import check as check
    from hoshimori.doors.library import history as history
    from hoshimori.doors.library import ingest as ingest
    from hoshimori.doors.library import names as names
    from hoshimori.doors.library import stat as stat
    from hoshimori.doors.library import sweep as sweep
    from hoshimori.doors.library import to_arrow as to_arrow
    from hoshimori.doors.lives import manoeuvres as manoeuvres
    from hoshimori.doors.lives import pattern as pattern
    from hoshimori.doors.lives import stays as stays
    from hoshimori.doors.lives import timeline as timeline
    from hoshimori.doors.notebook import notebook as notebook
    from hoshimori.doors.notebook import show as show
    from hoshimori.doors.picture import draw as draw
    from hoshimori.doors.probabilities import pc as pc
    from hoshimori.doors.records import bundle as bundle
    from hoshimori.doors.records import concur as concur
    from hoshimori.doors.records import dissent as dissent
    from hoshimori.doors.records import receive as receive
    from hoshimori.doors.records import records as records
    from hoshimori.doors.records import sign as sign
    from hoshimori.doors.records import verify_bundle as verify_bundle
    from hoshimori.doors.records import withdraw as withdraw
    from hoshimori.doors.reentries import reentry as reentry
    from hoshimori.doors.screens import screen as screen
    from hoshimori.doors.silence import silence as silence
    from hoshimori.doors.weekly import weekly as weekly

__version__ = "0.1.0"

_WHERE = {
    "Catalogue": "hoshimori.catalogue",
    "MemoryView": "hoshimori.catalogue",
    "add_evidence": "hoshimori.doors.incidents",
    "add_findings": "hoshimori.doors.incidents",
    "ascent": "hoshimori.doors.ascent",
    "assess_incident": "hoshimori.doors.incidents",
    "breakup": "hoshimori.doors.breakups",
    "breakups": "hoshimori.doors.breakups",
    "bundle": "hoshimori.doors.records",
    "check": "hoshimori.doors.library",
    "cloud": "hoshimori.doors.cloud",
    "concur": "hoshimori.doors.records",
    "connect": "hoshimori.doors.client",
    "conjunctions": "hoshimori.doors.conjunctions",
    "dissent": "hoshimori.doors.records",
    "draw": "hoshimori.doors.picture",
    "history": "hoshimori.doors.library",
    "illumination": "hoshimori.doors.illumination",
    "ingest": "hoshimori.doors.library",
    "interference": "hoshimori.doors.interference",
    "judge": "hoshimori.doors.incidents",
    "manoeuvres": "hoshimori.doors.lives",
    "names": "hoshimori.doors.library",
    "notebook": "hoshimori.doors.notebook",
    "open_incident": "hoshimori.doors.incidents",
    "pattern": "hoshimori.doors.lives",
    "pc": "hoshimori.doors.probabilities",
    "receive": "hoshimori.doors.records",
    "records": "hoshimori.doors.records",
    "reentry": "hoshimori.doors.reentries",
    "register": "hoshimori.doors.alliance",
    "screen": "hoshimori.doors.screens",
    "show": "hoshimori.doors.notebook",
    "sign": "hoshimori.doors.records",
    "silence": "hoshimori.doors.silence",
    "stat": "hoshimori.doors.library",
    "stays": "hoshimori.doors.lives",
    "sweep": "hoshimori.doors.library",
    "timeline": "hoshimori.doors.lives",
    "to_arrow": "hoshimori.doors.library",
    "verify_bundle": "hoshimori.doors.records",
    "watchlist": "hoshimori.alliance",
    "watchlists": "hoshimori.alliance",
    "weekly": "hoshimori.doors.weekly",
    "withdraw": "hoshimori.doors.records",
}

__all__ = sorted([*_WHERE, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'hoshimori' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext hoshimori`, for a shell that was there after this package."""
    importlib.import_module("hoshimori.doors.notebook").register(shell)


if "IPython" in sys.modules:  # in a notebook, records show themselves: see design/notebook.md
    importlib.import_module("hoshimori.doors.notebook").arrived()
