"""How large objects are: tables of hard-body radii, as NASA CARA gives them out.

One row for each catalogue number: ObjectID, HBR (m), HBRSigma (m), HBRSource; other columns are passed over. A blank radius means
that the table does not know it (where the source may not be passed on, only the row remains). Plain text, gzip or zip.
Reference: NASA CARA, "HBR and mass estimates", distributed monthly; Baars and Hall, AAS 22-586, 2022.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hoshimori.errors import FormatError, Problem
from hoshimori.facts import Floats, Ints
from hoshimori.formats.archive import LIMIT_BYTES, to_utf8, unpack
from hoshimori.formats.complaints import Complaints, Sieve
from hoshimori.formats.designators import norad_from_text
from hoshimori.formats.orbits import NORAD_EXPECTED
from hoshimori.formats.rows import Column, Rows, rows_from_csv

COLUMNS = ("OBJECTID", "HBR")
HEADER_EXPECTED = "a CSV with the columns ObjectID and HBR, and HBRSigma and HBRSource if there are any"
LARGEST_M = 1000.0
"""Nothing in orbit is larger: the International Space Station ends 55 m from its middle."""
RADIUS_EXPECTED = f"a radius in metres, above 0 and up to {LARGEST_M:g}, or blank where it is not known"
SIGMA_EXPECTED = f"one sigma of the radius in metres, 0 to {LARGEST_M:g}, or blank"


@dataclass(frozen=True)
class SizeTable:
    """Radii by catalogue number, (n,) each, sorted by number, one row each.

    radius_m: NaN where the table has the row but not the radius. sigma_m: 0 where it gives none. source: the table's own word
    for where the radius comes from. problems: what was wrong with the file.
    """

    norad_id: Ints
    radius_m: Floats
    sigma_m: Floats
    source: npt.NDArray[np.object_]
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.norad_id)

    def take(self, which: Any) -> SizeTable:
        """Rows by index array, slice or mask; without the problems."""
        return SizeTable(self.norad_id[which], self.radius_m[which], self.sigma_m[which], self.source[which])


def read_sizes(content: bytes, file: str) -> SizeTable:
    """The table that a file holds. A row that cannot be read is refused alone; FormatError where no row can."""
    parts: list[SizeTable] = []
    problems: list[Problem] = []
    for inner, complaints, failed in unpack(content, file, limit_bytes=LIMIT_BYTES):
        text = "" if failed else to_utf8(inner, complaints).decode()
        parts += _parts(text, complaints)
        problems += complaints.problems()
    if not sum(map(len, parts)):
        first = f": {problems[0]}" if problems else ""
        raise FormatError(f"{file}: no radius could be read{first}", problems)
    every = SizeTable(
        np.concatenate([p.norad_id for p in parts]),
        np.concatenate([p.radius_m for p in parts]),
        np.concatenate([p.sigma_m for p in parts]),
        np.concatenate([p.source for p in parts]),
    )
    order = np.argsort(every.norad_id, kind="stable")
    last = order[np.append(np.diff(every.norad_id[order]) != 0, True)]
    return replace(every.take(last), problems=tuple(problems))


def _parts(text: str, complaints: Complaints) -> list[SizeTable]:
    head = [word.strip().upper() for word in text.partition("\n")[0].split(",")]
    if not set(COLUMNS) <= set(head):
        complaints.add("header", ",".join(head), HEADER_EXPECTED)
        return []
    return [_rows(rows, complaints) for rows in rows_from_csv(text, complaints)]


def _rows(rows: Rows, complaints: Complaints) -> SizeTable:
    sieve = Sieve.over(complaints, len(rows), rows.text, rows.place)
    norad = [norad_from_text(t) for t in rows.column("OBJECTID")]
    sieve.refuse(np.array([n is None for n in norad], bool), "OBJECTID", NORAD_EXPECTED)
    radius, odd = _numbers(rows.column("HBR"))
    sieve.refuse(odd | (radius <= 0.0), "HBR", RADIUS_EXPECTED)
    sigma, odd = _numbers(rows.column("HBRSIGMA"))
    sieve.refuse(odd | (sigma < 0.0), "HBRSIGMA", SIGMA_EXPECTED)
    good = np.flatnonzero(sieve.good)
    source = np.array([(t or "").strip() for t in rows.column("HBRSOURCE")], object)
    number = np.array([norad[k] or 0 for k in good.tolist()], np.int64)
    return SizeTable(number, radius[good], np.nan_to_num(sigma[good]), source[good])


def _numbers(column: Column) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(n,) metres, NaN where blank; (n,) where the text is no length that an object in orbit can have."""
    out, odd = np.full(len(column), np.nan), np.zeros(len(column), bool)
    for k, text in enumerate(column):
        bare = (text or "").strip()
        if bare:
            try:
                out[k] = float(bare)
            except ValueError:
                odd[k] = True
                continue
            odd[k] = not abs(out[k]) <= LARGEST_M
    return out, odd
