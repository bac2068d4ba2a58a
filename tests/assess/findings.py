"""One finding and more of every kind that a built-in detector writes, made once for a whole run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from hoshimori.catalogue import MemoryView
from hoshimori.detect.manoeuvre import Manoeuvre
from hoshimori.detect.reentry import Reentry
from hoshimori.facts import ElementSets
from hoshimori.findings import Event
from tests.detect import test_conjunction as conjunctions
from tests.detect import test_interference as links
from tests.detect.ascents import OLD, ask, launch
from tests.detect.ascents import settings as ascent_settings
from tests.detect.falls import NOBODY, SETTINGS, as_known, fall, view_of
from tests.detect.habits import pushed
from tests.detect.skies import at, raised, watching
from tests.detect.test_ascent import BEFORE, sky_of_2007
from tests.detect.test_every_claim import claims
from tests.detect.test_illumination import found, inside, outages_at, place, seconds_of
from tests.detect.test_manoeuvre import HABIT
from tests.detect.test_pattern_departures import PAST, detected, kept, whole
from tests.detect.test_practice_sky import played

WEEK_S = 7 * 86400.0


def practice() -> list[Event]:
    """What `encounter` finds in the practice sky: approaches, shared slots, an exchange of numbers, and a visitor."""
    return list(played()[1])


@cache
def meeting() -> Event:
    """Two objects that are put within 0.1 km of each other."""
    return conjunctions.the_one(conjunctions.view(*conjunctions.sets()))


@cache
def message() -> Event:
    seen = conjunctions.view(*conjunctions.sets(), conjunctions=[conjunctions.message()])
    return next(e for e in conjunctions.events(seen) if e.label == "operator's message")


@cache
def burns() -> tuple[Event, ...]:
    """Two burns that keep an orbit, and a rise that is like nothing before."""
    keeping = MemoryView(raised(41000, *HABIT), at(-30.0), at(5.0), at(6.0))
    leaving = MemoryView(raised(42000, *((d, v) for d, v in HABIT if d < 0.0), (0.0, 2.0)), at(-2.0), at(5.0), at(6.0))
    return (*Manoeuvre().detect(keeping, watching(41000)), *Manoeuvre().detect(leaving, watching(42000)))


@cache
def departure() -> Event:
    (event,) = detected(whole(pushed(kept(), PAST + 3.0, 2.0)))
    return event


@cache
def fallen() -> Event:
    """By air alone, three days before its end."""
    (event,) = Reentry(SETTINGS).detect(view_of(*as_known(fall("satellite", 3), 3.0)), NOBODY)
    return event


@cache
def driven() -> Event:
    """Burns down, five hours before its end."""
    (event,) = Reentry(SETTINGS).detect(view_of(*as_known(fall("controlled", 1), 0.2)), NOBODY)
    return event


@cache
def risen() -> Mapping[str, Event]:
    """The launch of 11 January 2007 and three satellites; see tests/detect/test_ascent.py."""
    sky: ElementSets = sky_of_2007(700.0)
    return ask(ascent_settings(launch(BEFORE, sigma_s=30.0, azimuth_deg=(330.0, 10.0))), sky, BEFORE)


@cache
def lit(coupled: int) -> Event:
    """Twenty outages in a week, so many of them inside the windows of the one laser site."""
    site = place()
    windows = seconds_of(found(site)[0])
    rng = np.random.default_rng(5)
    seconds = np.append(inside(rng, windows, coupled), rng.uniform(0.0, WEEK_S, 20 - coupled))
    (event,) = found(site, outages=outages_at(seconds))
    return event


@cache
def of_every_kind() -> tuple[Event, ...]:
    every = [e for _, _, _, events in claims().values() for e in events]
    every += [*practice(), meeting(), message(), *burns(), departure(), fallen(), driven(), *risen().values(), lit(0), lit(8)]
    every += [
        *found(place()),
        *links.found(links.report(links.sun_passes() - links.MINUTE, 2.0)),
        *links.found(links.report(0.6)),
    ]
    return tuple(every)


__all__ = ["OLD", "burns", "departure", "driven", "fallen", "lit", "meeting", "message", "of_every_kind", "practice", "risen"]
