"""A service with something behind every route: the practice sky, a sweep, a planted ledger, bundles, alerts, a report."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi.routing import APIRoute

from hoshimori.doors.web import report_shelf, routes
from hoshimori.doors.web.asgi import API
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.tasks import Bench
from hoshimori.doors.web.world import World
from hoshimori.judgements import Marking, Tlp
from tests.doors.web import floor
from tests.doors.web.floor import Served
from tests.doors.web.planted import MARKINGS, Planted, plant
from tests.doors.web.sides import PASSPHRASE, Keys, keys

ALL = Principal("E. Verything", "JPN", frozenset({"viewer", "analyst", "signer", "admin"}), "token")
SIGNED = {"key": "sato", "passphrase": PASSPHRASE}
ZIP = {"Content-Type": "application/zip"}
DAY = {"days": "1"}


@dataclass(frozen=True)
class Whole:
    """told: what was planted. names: for each parameter of a path, what there is of it, the best known first."""

    service: Served
    told: Planted
    held: Keys
    names: dict[str, list[str]]


@contextmanager
def whole(sky: World, place: Path) -> Iterator[Whole]:
    """sky: the practice world, which is copied. place: an empty folder."""
    held = keys(place)
    world = floor.copied(sky, place / "home", keys=held.japan)
    told = plant(world.home, held)
    names = {
        "incident_id": [told.incidents["clear"], *(v for k, v in told.incidents.items() if k != "clear")],
        "record": [told.records["shared"], *(v for k, v in told.records.items() if k != "shared")],
        "alert_id": _alerts(world, told),
        **_facts(world),
    }
    with floor.served(world) as service:
        names["bundle"] = _bundles(service, told)
        names["token_id"] = [t.token_id for t in service.app.state.people.tokens()]
        _report(service)
        names["job_id"] = [j.job_id for j in world.duty.jobs().rows]
        yield Whole(service, told, held, names)
    world.duty.close()


def _alerts(world: World, told: Planted) -> list[str]:
    """One of each marking: what it says is marked, as that of an incident would be."""
    made = []
    for name, marking in MARKINGS.items():
        words = told.canary(f"alert {name}", marking)
        reason = {"code": "stay", "other": "90001", "km": 12.5, "label": "parking", "when": "2026-05-30T00:00:00.000000Z"}
        record = {"reason": reason, "name": words, "data_mode": "EXERCISE", "marking": marking.to_json()}
        made.append(world.duty.alert(words, severity="warning", code="stay", subject=words, record=record).alert_id)
        told.canaries[made[-1]] = marking
    return made


def _facts(world: World) -> dict[str, list[str]]:
    kept = world.duty.sweeps().rows[0]
    events = world.duty.events(sweep_id=kept.sweep_id, limit=1000).rows
    kinds = {e.kind: e for e in events}
    sets = world.view(world.moment("data")).latest().take(slice(0, 3))
    source = world.catalogue.sources()[0]
    return {
        "sweep_id": [kept.sweep_id],
        "event_id": [e.event_id for e in kinds.values()],
        "norad": [str(n) for n in sets.norad_id],
        "digest": [s.digest for s in sets],
        "sha256": [source.sha256],
        "watchlist": [world.lists()[0].watchlist_id],
        "asset_id": [world.lists()[0].assets[0].asset_id],
    }


def _bundles(service: Served, told: Planted) -> list[str]:
    """One that everybody could read, and one for Japan's eyes; both are Japan's own matter once they lie in its tray."""
    made = []
    with service.client(ALL) as asks:
        for record, reader in (("shared", "public"), ("whole", "JPN")):
            packed = asks.post(f"{API}/records/{told.records[record]}/bundle", json={"reader": reader, **SIGNED})
            kept = asks.post(f"{API}/bundles", content=packed.content, headers=ZIP)
            assert kept.status_code == 201, kept.text
            made.append(kept.json()["bundle"])
    told.canaries |= dict.fromkeys(made, Marking(Tlp.GREEN, frozenset({"JPN"})))
    return made


def _report(service: Served) -> None:
    """The weekly report of a day, done as a worker would."""
    world = service.world
    with service.client(ALL) as asks:
        assert asks.get(f"{API}/reports/weekly", params=DAY).status_code == 202
    job = world.duty.claim("test", lease_s=60.0, kinds=[report_shelf.KIND])
    assert job is not None
    world.duty.finish(job.job_id, "test", report_shelf.make(Bench(Duties.of(world), world.duty), job, lambda *_: None))


def api_routes() -> list[tuple[str, str, APIRoute]]:
    """Every method of every route of every room: (method, path with its prefix, route)."""
    found = []
    for name in sorted(m.name for m in pkgutil.iter_modules(routes.__path__)):
        module = importlib.import_module(f"{routes.__name__}.{name}")
        for attribute, prefix in (("router", API), ("outside", "")):
            for route in getattr(module, attribute).routes if hasattr(module, attribute) else ():
                assert isinstance(route, APIRoute), route
                found += [(m, prefix + route.path, route) for m in sorted(route.methods or ())]
    return found
