"""What people read in English about beams from the ground. The same keys as `japanese_illumination`."""

from __future__ import annotations

ILLUMINATION: dict[str, str] = {
    "kind illumination": "beam from the ground possible",
    "geometrically possible": "geometrically possible",
    "no window": "no window",
    "site": "Site",
    "lit windows": "Windows",
    "lit minutes": "Minutes",
    "lit highest": "Highest",
    "lit nearest": "Nearest ± 1 σ",
    "lit night": "Night at site",
    "lit sunlit": "Asset sunlit",
    "lit outages": "Outages in windows",
    "lit expected": "By chance",
    "lit p": "p",
    "lit p holm": "p (all looks)",
    "lit start": "From (UTC)",
    "lit stop": "Until",
    "lit top": "Elevation",
    "lit range": "Range ± 1 σ",
    "lit site sun": "Sun at site",
    "lit by night": "night",
    "lit by day": "day",
    "lit always": "always (cut at both ends)",
    "lit rise": "Pass from (UTC)",
    "lit set": "Until",
    "lit open": "Open",
    "lit closed": "Closed: when, by whom, nearest < kept",
    "lit found": "Windows in which a beam was geometrically possible: {windows}; {sites} sites, {assets} assets, {start} – "
    "{stop}Z, as known at {as_of}Z.",
    "lit note": "Geometry alone: cloud, pointing and the source are not known. Night: the Sun more than {night}° below the "
    "site's horizon. p: the share of all shifts of the outages in time that give as many hits or more. Nothing here says that "
    "anything was lit.",
    "lit top only": "The first {shown} of {count}; all of them with --top 0.",
    "outages left out": "outages outside the window, or of no asset of the list, left out: {count}",
    "avoid found": "{passes} passes of {target}; closed windows: {closed}; cone {cone}° and {sigmas} σ of each asset; {start} – "
    "{stop}Z, as known at {as_of}Z.",
    "avoid note": "Closed: an asset of the list is nearer to the beam than the angle kept. From public element sets; no "
    "substitute for the predictive avoidance of a clearing house, and silent about every satellite that is not on the list.",
    # explanations
    "chance": "chance",
    "hour of the day": "hour of the day",
    "eclipse edge": "eclipse edge",
    "South Atlantic Anomaly": "South Atlantic Anomaly",
    "sun glint": "sun glint",
    "cloud": "cloud",
    "pointing": "pointing",
    "benign use": "benign use",
    "accident": "accident",
    "why cloud not known": "no cloud is known here: under cloud no beam would have come through",
    "why pointing not known": "where the site and the asset pointed is not known",
    "why pointing within regard only": "the site was within the stated field of regard; where both pointed is not known",
    "why public ranging station": "a public laser ranging station: it ranges to satellites with reflectors, by agreement",
    "why accidents are rare": "for notional cases the chance that one satellite is lit by accident in ten years was put at "
    "{low:.0e} to {high:.0e} (Ridolfi 2006)",
    "why outages and windows": "{hits:.0f} of {outages:.0f} outages in windows, {expected:.2f} by chance; p = {p:.2g}, for all "
    "looks together {p_holm:.2g}",
    "why no outages in the window": "no outage lies in the window ({outside:.0f} outside it)",
    "why hour of the day not tested": "not tested: it takes {days:.0f} whole days with a known path, all in operation",
    "why outages with the hour kept": "with the hour of the day kept, {hits:.0f} of {outages:.0f} outages, {expected:.2f} by "
    "chance; p = {p:.2g}",
    "why dull cause explains": "{hits:.0f} of {outages:.0f} outages, {expected:.2f} by chance; p = {p:.2g}",
    "why dull cause does not explain": "{hits:.0f} of {outages:.0f} outages, {expected:.2f} by chance; p = {p:.2g}",
}
