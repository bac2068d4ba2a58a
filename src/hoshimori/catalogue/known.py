"""When could a set first have been known, and what does that rest on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hoshimori.facts import ASSUMED_LATENCY, ElementSets, Ints, KnownBasis, Parsed, Received, Times

FOLDER = "folder"
"""The provider whose moment of arrival says nothing: a person put the files there at some time."""


def fill_known(parsed: Parsed, received: Received, *, looked_before: bool) -> ElementSets:
    """The element sets of one answer with `known_utc` and `known_basis` filled.

    In this order: the first-seen log (OBSERVED); the moment of arrival from the network (OBSERVED); the creation time that
    the message states, which the parser left in `known_utc` (DECLARED); else epoch + ASSUMED_LATENCY (ASSUMED). Never later
    than the arrival, except where the log says so.

    One exception: at the first look at a place (`looked_before` False) arrival tells nothing about a message that states its
    creation time, since we were not there before. Without it, years of history fetched today would count as known today.
    """
    sets = parsed.element_sets
    arrival = received.received_utc.astype("datetime64[us]")
    declared = ~np.isnat(sets.known_utc)
    known = np.minimum(np.where(declared, sets.known_utc, sets.epoch_utc + ASSUMED_LATENCY), arrival)
    basis = np.where(declared, KnownBasis.DECLARED, KnownBasis.ASSUMED).astype(np.uint8)
    if received.provider != FOLDER:
        observed = np.full(len(sets), looked_before) | ~declared
        known = np.where(observed, arrival, known)
        basis = np.where(observed, np.uint8(KnownBasis.OBSERVED), basis)
    logged = log_times(parsed.record_of_row, received.first_seen)
    there = ~np.isnat(logged)
    known = np.where(there, logged, known)
    basis = np.where(there, np.uint8(KnownBasis.OBSERVED), basis)
    return sets.having(known_utc=known.astype("datetime64[us]"), known_basis=basis.astype(np.uint8))


def log_times(records: Ints, first_seen: Mapping[int, np.datetime64]) -> Times:
    """(n,) the logged time of each record, NaT where the log does not have it."""
    if not first_seen:
        return np.full(len(records), np.datetime64("NaT", "us"))
    keys = np.fromiter(first_seen.keys(), np.int64, len(first_seen))
    times = np.array(list(first_seen.values()), "datetime64[us]")
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys[order], records), len(keys) - 1)
    return np.where(keys[order][place] == records, times[order][place], np.datetime64("NaT", "us"))
