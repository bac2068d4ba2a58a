"""What a record stands on, as files: its findings, the element sets behind them, the bytes of ephemerides; and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori.catalogue import Catalogue
from hoshimori.errors import CatalogueError, NothingFound, Refused
from hoshimori.facts import DataMode, KnownBasis, Received
from hoshimori.formats.omm_text import dump_omm
from hoshimori.judgements import Marking, strictest
from hoshimori.ledger.exchange import Given

SETS = "inputs/element-sets"
_SET = re.compile("[0-9a-f]{32}")
_RAW = re.compile("sha256:([0-9a-f]{64})")


def gather(assessment: Mapping[str, Any], events: Mapping[str, bytes], home: Path | None) -> list[Given]:
    """The files behind an assessment: each finding that an item was read from, and every input of it, by digest.

    Refused("missing-input") where the catalogue of this home does not hold one: a record that nobody can run again is not signed.
    """
    markings = _markings(assessment)
    wanted = {k: json.loads(events[k]) for k in sorted(markings) if k in events}
    if lost := sorted(set(markings) - set(wanted)):
        raise Refused(
            "missing-input", f"the finding {lost[0]} is not kept with the incident: add it again with incident add --event"
        )
    given = [_event(k, events[k], str(e["data_mode"]), markings[k]) for k, e in wanted.items()]
    everything = strictest(markings[k] for k in wanted)
    named = {d for e in wanted.values() for x in e["evidence"] for d in x["inputs"]}
    if not named:
        return given
    catalogue = Catalogue(home)
    return [
        *given,
        *_sets(sorted(d for d in named if _SET.fullmatch(d)), catalogue, everything),
        *_raws(named, catalogue, everything),
    ]


def _markings(assessment: Mapping[str, Any]) -> dict[str, Marking]:
    """The strictest marking of the items of each finding."""
    found: dict[str, list[Marking]] = {}
    for item in assessment["items"]:
        if item["event"]:
            found.setdefault(item["event"], []).append(Marking.from_json(item["marking"]))
    return {k: strictest(v) for k, v in found.items()}


def _event(name: str, text: bytes, data_mode: str, marking: Marking) -> Given:
    return Given(f"events/{name}.json", text, "", data_mode, marking.to_json())


def _sets(digests: list[str], catalogue: Catalogue, marking: Marking) -> Iterator[Given]:
    """All element sets, one file for each data mode, each set with the moment at which it could be known."""
    if not digests:
        return
    sets = catalogue.by_digest(digests)
    lost = sorted(set(digests) - set(sets.digest_texts()))
    if lost:
        raise Refused(
            "missing-input", f"{len(lost)} element sets of the findings are not in the catalogue of this home ({lost[0]})"
        )
    for mode in DataMode:
        part = sets.take(np.flatnonzero(sets.data_mode == mode))
        if len(part):
            text = dump_omm(part.having(known_basis=np.full(len(part), KnownBasis.DECLARED, np.uint8)), kind="json")
            name = f"{SETS}-{mode.name.lower()}.json"
            yield Given(name, text.encode(), f"element-sets-{mode.name.lower()}.json", mode.name, marking.to_json())


def _raws(named: Iterable[str], catalogue: Catalogue, marking: Marking) -> Iterator[Given]:
    """Bytes as they came in, for what is no element set: ephemerides, conjunction messages."""
    wanted = sorted(m[1] for d in named if (m := _RAW.fullmatch(d)))
    sources = {s.sha256: s for s in catalogue.sources()} if wanted else {}
    for sha in wanted:
        source = sources.get(sha)
        try:
            data = catalogue.raw(sha)
        except (CatalogueError, NothingFound) as error:
            raise Refused("missing-input", f"the bytes {sha[:16]} that a finding stands on are not held: {error}") from error
        if source is None:
            raise Refused("missing-input", f"the bytes {sha[:16]} that a finding stands on have no source in this catalogue")
        yield Given(f"inputs/{sha}", data, Path(source.location).name, source.data_mode.name, marking.to_json())


def events_of(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The findings in a bundle."""
    return [json.loads(files[n]) for n in sorted(files) if n.startswith("events/")]


def catalogue_of(files: Mapping[str, bytes], inputs: Iterable[Any], scratch: Path, now_utc: np.datetime64) -> Catalogue:
    """A catalogue of nothing but the inputs of a bundle, in a scratch folder."""
    catalogue = Catalogue(scratch)
    arrived = [
        Received(i.location or i.name, files[i.name], now_utc, "bundle", data_mode=DataMode[i.data_mode])
        for i in inputs
        if i.name.startswith("inputs/") and i.name in files
    ]
    if arrived:
        catalogue.ingest(arrived)
    return catalogue
