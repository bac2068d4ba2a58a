"""Answers, reasons, claims and effects in words, in the reader's language: codes go in, sentences come out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hoshimori.doors.english_threshold import THRESHOLD as EN
from hoshimori.doors.japanese_threshold import THRESHOLD as JA
from hoshimori.errors import UsageError

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": EN, "ja": JA}
SHARES = ("low", "needed")
"""Shares of one, printed as per cent and rounded down: what falls short of a mark must not look as if it met it."""


def words_of(lang: str) -> Mapping[str, str]:
    """The table of one language."""
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang!r}: known languages are {', '.join(sorted(LANGUAGES))}")
    return LANGUAGES[lang]


def reason_said(reason: Mapping[str, Any], lang: str, *, hypotheses: Mapping[str, str] | None = None) -> str:
    """A reason, as it stands in JSON, in words. hypotheses: their names in this language; the ids as they are, if not given.

    A code without words, which another's rule may give, is said as it stands with its values.
    """
    w = words_of(lang)
    values = {k: v for k, v in reason.items() if k != "code"}
    template = w.get(f"reason {reason['code']}")
    if template is None:
        return ", ".join([str(reason["code"]), *(f"{k} {v}" for k, v in sorted(values.items()))])
    return template.format(**{k: _value(k, v, values, w, hypotheses or {}) for k, v in values.items()})


def _value(key: str, value: Any, values: Mapping[str, Any], w: Mapping[str, str], hypotheses: Mapping[str, str]) -> str:
    if key in SHARES:
        return f"{math.floor(float(value) * 1000 + 1e-6) / 10:.1f}%"
    if key == "verdict":
        return hypotheses.get(str(value), str(value).replace("_", " "))
    if key == "part":
        return w.get(f"effect {value}", str(value))
    if key in ("one", "other"):
        return w.get(f"{values.get('part')} {value}", str(value))
    return w.get(f"{key} {value}", str(value))
