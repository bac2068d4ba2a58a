"""Where the duty book of a service is: in its home, or in the database that HOSHIMORI_DUTY names."""

from __future__ import annotations

import os
from pathlib import Path

from hoshimori.duty import Duty

PLACE = "HOSHIMORI_DUTY"


def book(home: Path, *, practice: bool = False) -> Duty:
    """The book of a home. That of the practice sky is in its own folder always: nothing invented enters a shared database."""
    named = "" if practice else os.environ.get(PLACE, "")
    return Duty(named or home)
