"""Satellite catalogues of both providers, and the decay messages."""

from __future__ import annotations

import json

from tests.formats.asserting import only

CELESTRAK = """\
OBJECT_NAME,OBJECT_ID,NORAD_CAT_ID,OBJECT_TYPE,OPS_STATUS_CODE,OWNER,LAUNCH_DATE,LAUNCH_SITE,DECAY_DATE,PERIOD,INCLINATION
SPUTNIK 1,1957-001B,2,PAY,D,CIS,1957-10-04,TYMSC,1958-01-03,96.10,65.00
SL-1 R/B,1957-001A,1,R/B,D,CIS,1957-10-04,TYMSC,soon,96.19,65.10
NOBODY,1957-001C,none,PAY,D,CIS,1957-10-04,TYMSC,,96.19,65.10
"""
SPACETRACK = {
    "INTLDES": "1957-001B",
    "NORAD_CAT_ID": "2",
    "OBJECT_TYPE": "PAYLOAD",
    "SATNAME": "SPUTNIK 1",
    "COUNTRY": "CIS",
    "LAUNCH": "1957-10-04",
    "DECAY": "1958-01-03",
    "CURRENT": "Y",
}
DECAY = {
    "NORAD_CAT_ID": "2",
    "OBJECT_NAME": "SPUTNIK 1",
    "INTLDES": "1957-001B",
    "DECAY_EPOCH": "1958-01-03 0:00:00",
    "MSG_TYPE": "H",
}


def test_celestrak() -> None:
    parsed = only(CELESTRAK)
    assert (parsed.format, parsed.records, len(parsed.names)) == ("SATCAT/CSV", 3, 2)
    first, second = parsed.names
    assert (first.norad_id, first.cospar_id, first.name, first.object_type) == (2, "1957-001B", "SPUTNIK 1", "PAYLOAD")
    assert (first.owner, first.launch_date, first.decay_date, first.provider) == ("CIS", "1957-10-04", "1958-01-03", "celestrak")
    assert (second.object_type, second.decay_date) == ("ROCKET BODY", "")
    told = [(p.line, p.field, p.value, p.refused) for p in parsed.problems]
    assert told == [(4, "NORAD_CAT_ID", "none", True), (3, "DECAY_DATE", "soon", False)]


def test_spacetrack() -> None:
    parsed = only(json.dumps([SPACETRACK]))
    (name,) = parsed.names
    assert (parsed.format, parsed.problems) == ("SATCAT/JSON", ())
    assert (name.name, name.owner, name.decay_date, name.provider) == ("SPUTNIK 1", "CIS", "1958-01-03", "spacetrack")


def test_decay_messages() -> None:
    (name,) = only(json.dumps([DECAY])).names
    assert (name.norad_id, name.decay_date) == (2, "1958-01-03")
