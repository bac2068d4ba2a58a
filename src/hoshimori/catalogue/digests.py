"""Element sets by content digest: how a claim finds again what it stood on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoshimori.catalogue.manifest import Manifest
from hoshimori.catalogue.names import label
from hoshimori.catalogue.query import any_between, live_rows
from hoshimori.catalogue.shelves import names_known
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import SET_COLUMNS, SETS, element_sets
from hoshimori.errors import CatalogueDamaged, UsageError
from hoshimori.facts import ElementSets, digest_halves

_EVER = np.datetime64("9999-12-31", "us")


def rows_by_digest(
    store: Store, manifest: Manifest, digests: Sequence[str], norad_ids: Sequence[int] | None = None
) -> ElementSets:
    """See `Catalogue.by_digest`. Every row is hashed again: a digest never comes back with other numbers."""
    place = {d: i for i, d in reversed(list(enumerate(digests)))}
    if not place:
        return ElementSets.empty()
    ids = None if norad_ids is None else sorted({int(i) for i in norad_ids})
    files = [f for f in manifest.table(SETS) if ids is None or any_between(ids, f.norad_min, f.norad_max)]
    where = "" if ids is None else f"where s.norad_id in ({', '.join(map(str, ids)) or 'null'})"
    con = store.engine()
    con.register("asked", _asked(list(place)))
    rows = live_rows(store, files)
    sql = f"select {SET_COLUMNS} from {rows} s join asked a on s.key_hi = a.hi and s.key_lo = a.lo {where}"
    found = element_sets(con.sql(sql).fetchnumpy())
    con.unregister("asked")
    texts = found.digest_texts()
    if any(t not in place for t in texts):
        raise CatalogueDamaged(f"{store.files}: a row does not hash to the digest that it is stored under. Run rebuild()")
    found = found.take(np.argsort([place[t] for t in texts], kind="stable"))
    return label(found, names_known(store, manifest, np.unique(found.norad_id).tolist(), _EVER))


def _asked(digests: Sequence[str]) -> dict[str, np.ndarray]:
    try:
        halves = np.array([digest_halves(d) for d in digests], np.uint64).reshape(-1, 2)
    except (ValueError, OverflowError):
        bad = next(d for d in digests if len(d) != 32 or not set(d) <= set("0123456789abcdef"))
        raise UsageError(f"digest {bad!r}: expected 32 hexadecimal digits") from None
    return {"hi": np.ascontiguousarray(halves[:, 0]), "lo": np.ascontiguousarray(halves[:, 1])}
