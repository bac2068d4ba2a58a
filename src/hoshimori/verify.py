"""A claim re-run by a stranger: from its own evidence alone, out of the stored bytes, compared field by field.

For every input the stored row must still have the digest that the claim names, and the bytes it was read from must still be
there, unaltered, and still hold it. Then the named method runs again on a view that contains these inputs and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hoshimori import formats
from hoshimori.catalogue import Catalogue, MemoryView
from hoshimori.catalogue.shelves import StoredSource
from hoshimori.errors import CatalogueError, HoshimoriError, NothingFound, UsageError
from hoshimori.facts import Asset, ConjunctionMessage, DataMode, ElementSets, Ephemeris, Watchlist
from hoshimori.findings import Event, Evidence, Minimum, Quantity, iso
from hoshimori.ports import Detector, plugin

TOLERANCE = {"km": 1e-6, "km/s": 1e-9, "m/s": 1e-6, "s": 1e-3, "d": 1e-8, "h": 1e-6}
"""How far a recomputed number may lie from the claimed one, by unit: rounding between processors, nothing more."""
NEEDED = ("start", "stop", "as_of", "asset", "cospar_id", "declared", "settings")
DIGEST = re.compile("[0-9a-f]{32}")
SAME_MOMENT = np.timedelta64(1, "ms")
NEARBY = np.timedelta64(60, "s")


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """One field of a claim, as it was claimed and as it came out again. verdict: same, different, cannot."""

    field: str
    claimed: str
    recomputed: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Check:
    """One claim re-run. verdict: different if any field is, else cannot if any field could not be checked, else same."""

    event_id: str
    kind: str
    fields: tuple[FieldCheck, ...]

    @property
    def verdict(self) -> str:
        found = {f.verdict for f in self.fields}
        return "different" if "different" in found else "cannot" if "cannot" in found else "same"

    def to_json(self) -> dict[str, Any]:
        rows = [{"field": f.field, "claimed": f.claimed, "recomputed": f.recomputed, "verdict": f.verdict} for f in self.fields]
        return {"schema": "hoshimori.check/1", "id": self.event_id, "kind": self.kind, "verdict": self.verdict, "fields": rows}


def verify(records: Iterable[Mapping[str, Any]], catalogue: Catalogue) -> Iterator[Check]:
    """Re-run claims as they stand in an events.jsonl, one Check each. A record that is no event raises UsageError."""
    bytes_seen: dict[str, frozenset[str] | str] = {}
    for number, record in enumerate(records, 1):
        event, event_id = _event(record, number)
        yield _check(event, event_id, str(record.get("id", "")), catalogue, bytes_seen)


def _event(record: Mapping[str, Any], number: int) -> tuple[Event, str]:
    """The event and the id that its content has; UsageError says what a record lacks."""
    try:
        event = Event.from_json(record)
        event_id = event.event_id
        missing = [k for k in NEEDED if k not in event.evidence[0].parameters]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"it has no field {error}" if isinstance(error, KeyError) else repr(error)
        raise UsageError(f"record {number} is not an event of hoshimori.event/1: {why}") from error
    if missing:
        raise UsageError(f"record {number}: evidence without the parameters {', '.join(missing)}: it cannot be run again")
    return event, event_id


def _check(
    event: Event, event_id: str, claimed_id: str, catalogue: Catalogue, bytes_seen: dict[str, frozenset[str] | str]
) -> Check:
    fields = [_field("id", claimed_id, event_id)]
    evidence = event.evidence[0]
    sets, missing = _inputs(evidence, catalogue)
    fields.append(_field("inputs held", "0 missing", f"{missing} missing", unknown=missing > 0))
    fields.append(_bytes_check(sets, evidence, catalogue, bytes_seen))
    if fields[-1].verdict == "cannot" and any(d.startswith("sha256:") for d in evidence.inputs):
        return Check(claimed_id, event.kind, (*fields, FieldCheck("re-run", "", "the ephemeris cannot be read", "cannot")))
    detector, reason = _detector(evidence)
    if missing or detector is None:
        return Check(claimed_id, event.kind, (*fields, FieldCheck("re-run", "", reason or "inputs are missing", "cannot")))
    again = _rerun(event, evidence, detector, sets, catalogue)
    if again is None:
        return Check(claimed_id, event.kind, (*fields, FieldCheck("event", event.kind, "no such event", "different")))
    return Check(claimed_id, event.kind, (*fields, *_compare(event, again)))


def _field(name: str, claimed: str, recomputed: str, *, unknown: bool = False) -> FieldCheck:
    verdict = "cannot" if unknown else "same" if claimed == recomputed else "different"
    return FieldCheck(name, claimed, recomputed, verdict)


def _inputs(evidence: Evidence, catalogue: Catalogue) -> tuple[ElementSets, int]:
    """The element sets of the evidence, and how many inputs are not held; a digest that is none is not held either."""
    wanted = {d for d in evidence.inputs if not d.startswith("sha256:")}
    sets = catalogue.by_digest([d for d in wanted if DIGEST.fullmatch(d)])
    sources = {s.sha256 for s in catalogue.sources()}
    ephemerides = {d.removeprefix("sha256:") for d in evidence.inputs if d.startswith("sha256:")}
    return sets, len(wanted - set(sets.digest_texts())) + len(ephemerides - sources)


def _bytes_check(
    sets: ElementSets, evidence: Evidence, catalogue: Catalogue, seen: dict[str, frozenset[str] | str]
) -> FieldCheck:
    """Are the bytes that every input was read from still there and do they still hold it?"""
    digests, trouble = np.array(sets.digest_texts(), object), []
    for name in (d.removeprefix("sha256:") for d in evidence.inputs if d.startswith("sha256:")):
        try:
            catalogue.raw(name)
        except (CatalogueError, NothingFound) as error:
            trouble.append(str(error))
    for index, source in catalogue.source_of(np.unique(sets.source).tolist()).items():
        if source.sha256 not in seen:
            seen[source.sha256] = _digests_in(source, catalogue)
        held = seen[source.sha256]
        if isinstance(held, str):
            trouble.append(held)
        elif lost := set(digests[sets.source == index]) - held:
            where = f"{len(lost)} inputs not in {source.location}"
            return FieldCheck("stored bytes", "hold every input", where, "different")
    if trouble:
        return FieldCheck("stored bytes", "hold every input", trouble[0], "cannot")
    return FieldCheck("stored bytes", "hold every input", "hold every input", "same")


def _digests_in(source: StoredSource, catalogue: Catalogue) -> frozenset[str] | str:
    """The digests of all sets in some stored bytes, or why that cannot be said."""
    if not source.sha256:
        return f"{source.location}: made by a program, there are no stored bytes"
    try:
        parsed = formats.read(catalogue.raw(source.sha256), source.location, data_mode=source.data_mode)
    except (CatalogueError, NothingFound) as error:
        return str(error)
    return frozenset(d for p in parsed for d in p.element_sets.digest_texts())


def _detector(evidence: Evidence) -> tuple[Detector | None, str]:
    name, _, version = evidence.method.partition("@")
    try:
        detector: Detector = plugin("hoshimori.detectors", name)().with_settings(evidence.parameters["settings"])
    except (HoshimoriError, TypeError, ValueError) as error:
        return None, f"{evidence.method} cannot be set up as the claim says: {error}"
    missing = [k for k in ("start", "stop", "as_of") if k not in evidence.parameters]
    if missing:
        return None, f"the evidence does not say {', '.join(missing)}"
    if detector.version != version:
        return None, f"the claim was made by {evidence.method}, this is {name}@{detector.version}"
    return detector, ""


def _rerun(event: Event, evidence: Evidence, detector: Detector, sets: ElementSets, catalogue: Catalogue) -> Event | None:
    given = {"declared": False, "cospar_id": "", "asset": event.subject, **evidence.parameters}
    start, stop, as_of = (np.datetime64(str(given[k]).rstrip("Z"), "us") for k in ("start", "stop", "as_of"))
    given_states, messages = _told(evidence, catalogue)
    view = MemoryView(sets, start, stop, as_of, ephemerides=given_states, conjunctions=messages, data_modes=tuple(DataMode))
    found = [e for e in detector.detect(view, _watchlist(event, given)) if (e.kind, e.others) == (event.kind, event.others)]
    found = [e for e in found if abs(e.start_utc - event.start_utc) <= NEARBY]
    return min(found, key=lambda e: abs(e.start_utc - event.start_utc), default=None)


def _watchlist(event: Event, given: Mapping[str, Any]) -> Watchlist:
    """The subject alone, with what its evidence says of its owner's other slots and of satellites that share one."""
    number = int(event.subject) if event.subject.isdigit() else None
    owner = str(given.get("operator", ""))
    asset = Asset(str(given["asset"]), number, str(given["cospar_id"]), event.subject, "", owner, "", None, True, "", "")
    elsewhere = [Asset(f"slot {x}", None, "-", "", "", owner, "GEO", float(x), False, "", "") for x in given.get("slots", ())]
    together = [frozenset({number, int(event.others[0])})] if given["declared"] and number is not None else []
    together += [frozenset(map(int, group)) for group in given.get("co_located", ())]
    return Watchlist("re-run", "", "", "", (asset, *elsewhere), tuple(together))


def _told(evidence: Evidence, catalogue: Catalogue) -> tuple[list[Ephemeris], list[ConjunctionMessage]]:
    """What operators said, ephemerides and messages, out of the stored bytes that the evidence names."""
    wanted = {d.removeprefix("sha256:") for d in evidence.inputs if d.startswith("sha256:")}
    ephemerides: list[Ephemeris] = []
    messages: list[ConjunctionMessage] = []
    for source in catalogue.sources():
        if source.sha256 in wanted:
            wanted.remove(source.sha256)
            for parsed in formats.read(catalogue.raw(source.sha256), source.location, data_mode=source.data_mode):
                ephemerides += [replace(e, source=source.sha256) for e in parsed.ephemerides]
                messages += [replace(m, source=source.sha256) for m in parsed.conjunctions]
    return ephemerides, messages


def _compare(claimed: Event, again: Event) -> list[FieldCheck]:
    fields = [
        _moment("start", claimed.start_utc, again.start_utc),
        _moment("stop", claimed.stop_utc, again.stop_utc),
        _field("label", claimed.label, again.label),
        _field("normal", str(claimed.normal), str(again.normal)),
        _field("data_mode", claimed.data_mode.name, again.data_mode.name),
        _moment("as_of", claimed.as_of_utc, again.as_of_utc),
        _field("explanations", _verdicts(claimed), _verdicts(again)),
    ]
    for name in sorted({*claimed.quantities, *again.quantities}):
        fields += _quantity(name, claimed.quantities.get(name), again.quantities.get(name))
    fields += _minima(claimed.minima, again.minima)
    return fields


def _minima(claimed: Sequence[Minimum], again: Sequence[Minimum]) -> Iterator[FieldCheck]:
    """Every closest approach inside the event: as many, at the same moments, as near."""
    if not claimed and not again:
        return
    same = len(claimed) == len(again) and all(
        abs(a.t_utc - b.t_utc) <= SAME_MOMENT and abs(a.miss_km - b.miss_km) <= TOLERANCE["km"]
        for a, b in zip(claimed, again, strict=True)
    )
    yield FieldCheck("minima", f"{len(claimed)} of them", f"{len(again)} of them", "same" if same else "different")


def _verdicts(event: Event) -> str:
    return ", ".join(f"{x.name}: {x.verdict}" for x in event.explanations)


def _moment(name: str, claimed: np.datetime64, again: np.datetime64) -> FieldCheck:
    return FieldCheck(name, iso(claimed), iso(again), "same" if abs(claimed - again) <= SAME_MOMENT else "different")


def _quantity(name: str, claimed: Quantity | None, again: Quantity | None) -> Iterator[FieldCheck]:
    if claimed is None or again is None or claimed.unit != again.unit:
        yield FieldCheck(name, str(claimed), str(again), "different")
        return
    pairs = [(name, claimed.value, again.value), (f"{name} sigma", claimed.sigma, again.sigma)]
    for label, a, b in pairs:
        if a is None and b is None:
            continue
        allowed = TOLERANCE.get(claimed.unit, 0.0) + 1e-9 * abs(a or 0.0)
        same = a is not None and b is not None and abs(a - b) <= allowed
        yield FieldCheck(label, f"{a} {claimed.unit}", f"{b} {claimed.unit}", "same" if same else "different")
