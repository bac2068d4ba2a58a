"""What people read in English about links out of order and about emitters. The same keys as `japanese_interference`."""

from __future__ import annotations

_WHAT = {
    "degraded carrier": "degraded carrier",
    "lost lock": "lost lock",
    "rejected commands": "rejected commands",
    "degradation": "degradation",
}
_CAUSES = {"sun outage": "sun outage", "station fault": "the station"}

INTERFERENCE: dict[str, str] = {
    "kind interference": "link out of order",
    "sun outage": "sun outage",
    "eclipse": "eclipse",
    "adjacent satellite": "adjacent satellite",
    "own manoeuvre": "own manoeuvre",
    "station fault": "station",
    "operating hours": "hours of the day",
    "wrong report": "wrong number or place",
    "stale set": "age of the orbit",
    "area interference": "disturbance around the station",
    "not measured here": "not measured here",
    "began": "Began (UTC)",
    "what_happened": "What was reported",
    "reports_count": "Reports",
    "lasted": "Lasted",
    "dull_causes": "Dull causes",
    "cannot_tell_from": "Cannot be told from",
    "interference found": "{events} events of {reports} reports of {assets} assets, {start} – {stop}Z, as known {as_of}Z",
    "interference note": "Unexplained means: none of the causes tested here accounts for it. Rain, equipment and "
    "carriers of one's own "
    "are not seen here. Nothing is said of a purpose.",
    "interference no orbit": "No orbit is known of: {which}. Of these only stations and hours can be told.",
    "interference other assets": "Reports of satellites that are not on the list were left out: {which}",
    "interference cells": "Navigation interference seen by aircraft on {day}: {high} cells of {cells} above 10 %, {low} "
    "from 2 to 10 %. "
    "It says nothing of a satellite's link.",
    "interference windows": "{asset}: reports against the windows of {site}: {hits} of {events} inside, {expected} "
    "expected, p {p}",
    "interference no windows": "{asset}: no site's windows hold more reports than chance allows ({sites} sites, least p {p})",
    "emitter title": "Emitter heard through {satellites}: {verdict}",
    "emitter place": "{lat:.3f}, {lon:.3f}; 95 % ellipse {major} by {minor}, long axis {azimuth:.0f} deg from north; "
    "weight {weight:.0%}",
    "emitter basis": "States of {satellite}: {basis}, one sigma about {km:.2f} km and {m_s:.2f} m/s at {when}",
    "emitter note": "It is assumed that there is one emitter, that it does not move, at {height:.0f} m height, and that "
    "errors are as stated.",
    "emitter located": "one place fits",
    "emitter ambiguous": "several places fit",
    "emitter cannot be located": "cannot be located",
    "why too few measurements": "{count:.0f} numbers are measured of it; two are the least",
    "why no common view": "no place on the ground sees both satellites at all measurements",
    "why below the horizon": "what fits lies below the horizon of a satellite",
    "why no place fits": "no place explains the measurements within their errors: a state, a frequency or an error is wrong",
    "why search found no rest": "the search came to rest at no place",
    "why weak geometry": "weak geometry: the ellipse would be {semi_major_km:.0f} km long, condition {condition:.0f}",
    "why region is no ellipse": "the region that fits is bent, {semi_major_km:.0f} km long, condition {condition:.0f}: "
    "no ellipse states it",
    "why one place fits": "one place fits",
    "why several places fit": "several places fit",
    "why link no orbit then": "no orbit is known for that time",
    "why sun elsewhere from any place": "seen from any place on the Earth the Sun stood {deg:.1f} deg away or more",
    "why sun does not meet an uplink": "the uplink was reported; the Sun behind a satellite meets downlinks",
    "why station not placed": "it is not said where the station stands",
    "why sun in the beam": "the Sun stood {deg:.2f} deg from the satellite, in the beam (to {limit:.2f} deg) for "
    "{covered:.0f} % of the time",
    "why sun in the beam for a part": "the Sun came within {deg:.2f} deg (beam to {limit:.2f} deg), for {covered:.0f} % "
    "of the time",
    "why sun far from the beam": "the Sun stayed {deg:.1f} deg away or more (beam to {limit:.2f} deg)",
    "why link in shadow": "the satellite was in the Earth's shadow for {percent:.0f} % of it",
    "why near a shadow edge": "it entered or left the Earth's shadow {minutes:.0f} min away",
    "why in sunlight": "in full sunlight, no shadow within {minutes:.0f} min",
    "why flare": "a flare of class {flare} lit the day side",
    "why link storm": "geomagnetic storm, Kp {kp:.1f}",
    "why no space weather data": "no space weather is given for that time",
    "why field quiet, flares not given": "the field was quiet (Kp {kp:.1f}); flares were not given",
    "why space weather quiet": "quiet: Kp {kp:.1f}, no strong flare",
    "why own burn near": "it manoeuvred itself {hours:.1f} h away (probability {percent:.0f} %)",
    "why record ends before a burn would show": "its record ends before a burn would show",
    "why no burn near": "no burn of its own within {hours:.0f} h",
    "why orbit is old": "the orbit is {days:.1f} days old: angles are not sure",
    "why orbit is fresh": "the orbit is {days:.1f} days old",
    "why station not named": "not every report names its station",
    "why several stations": "{count:.0f} stations report it: not one station's fault",
    "why others lost at this station": "{count:.0f} other satellites were lost there at the same time: {which}",
    "why one satellite at one station": "one satellite at one station: the station is neither shown nor excluded",
    "why too few to show hours": "{count:.0f} events are too few to show hours of the day",
    "why same hour of the day": "its {count:.0f} events gather about {hour:.1f} h UTC (p {p:.2g})",
    "why at any hour": "its {count:.0f} events come at any hour (p {p:.2g})",
    "why no area data": "no data on disturbed areas are given",
    "why area disturbed": "reception was disturbed around the station: {what}",
    "why no area near": "no disturbed area around the station is told",
    "why rain, equipment, own carriers": "rain, equipment, and carriers of one's own or of neighbours are not seen here",
    "why below the station's horizon": "{deg:.0f} deg below the station's horizon: number or place in the report is wrong",
    "why above the station's horizon": "{deg:.0f} deg above the station's horizon",
    "why nobody else known": "no other object is known here",
    "why nobody in the beam": "nobody else stood in the beam of {beam:.2f} deg",
    "why newly in the beam": "{other} stood {deg:.2f} deg away in the beam of {beam:.2f} deg, and had not a day before",
    "why in the beam all along": "{other} stands {deg:.2f} deg away in the beam of {beam:.2f} deg, as the day before",
} | {
    key: text
    for name, what in _WHAT.items()
    for key, text in (
        *((f"{name}, explained by {cause}", f"{what}, explained by {said}") for cause, said in _CAUSES.items()),
        (f"{name}, dull cause possible", f"{what}, a dull cause is possible"),
        (f"{name}, no orbit to judge by", f"{what}, no orbit to judge by"),
        (f"unexplained {name}", f"unexplained {what}"),
    )
}  # fmt: skip
