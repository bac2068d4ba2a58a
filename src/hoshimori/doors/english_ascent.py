"""What people read in English about declared ascents. The same keys as `japanese_ascent`."""

from __future__ import annotations

ASCENT: dict[str, str] = {
    "kind ascent": "declared ascent",
    "ascent verdict": "Geometry",
    "ascent when": "When possible, or what excludes it",
    "ascent first sight": "First sight at the earliest",
    "ascent warning": "Warning (min)",
    "ascent geometry possible": "possible",
    "ascent geometry not possible": "not possible",
    "ascent cannot tell": "cannot tell",
    "ascent too high": "above the ceiling of the class",
    "ascent out of range": "never within reach below the ceiling",
    "ascent not in time": "within reach only before anything could be there, or after it must have come down",
    "ascent outside the sector": "outside the declared sector",
    "ascent no path": "no orbit known",
    "ascent no bound": "the track bounds nothing, and no site is known",
    "ascent everywhere": "every direction (none declared)",
    "ascent unseen": "no listed radar",
    "ascent top only": "The first {shown} of {count}; all of them with --top 0.",
    "ascent minutes": "{least} to {most}",
    "ascent heading": "Launch {launch}: {place} at {t}Z ± {sigma} s, {sector}; class: {body}, ceiling {ceiling} km "
    "({source}, grade {grade}).",
    "ascents found": "Geometry possible for {possible} of {objects}, by orbits known at {as_of}Z.",
    "ascent note": "A necessary condition: possible says that height, distance and time exclude nothing, not that anything goes "
    "there. Times are rounded outward to whole minutes. Warning: at least (certain sight) to at most (earliest sight), by the "
    "best of the listed radars. No direction or time of launch is computed.",
    "geometry possible": "geometry possible",
    "geometry not possible": "geometry not possible",
    "no path known": "no path known",
    "old element set": "old element set",
    "the asset has moved since": "the asset has moved since",
    "the declaration is wrong": "the declaration is wrong",
    "it goes elsewhere": "it goes elsewhere",
    "a smaller body": "a smaller body",
    "a larger body": "a larger body",
    "excluded": "excluded",
    "it stays in orbit": "it stays in orbit",
    "direction not declared": "direction not declared",
    "still under thrust": "still under thrust",
    "why ascent_no_path": "no orbit of it is known around the launch",
    "why ascent_no_bound": "the track does not fit a free flight, and no site is declared: nothing bounds the body",
    "why ascent_path_age": "its path rests on a set {days:.1f} days from the launch: one sigma is {sigma_km:.1f} km, three count",
    "why ascent_moved": "a burn after its last set would put it elsewhere; open data shows that only later",
    "why ascent_declared": "the launch is as declared ({what}, grade {said}, time ± {sigma_s:.0f} s)",
    "why ascent_necessary_only": "a sounding rocket, a space launch or a test over the sea looks the same from here",
    "why ascent_smaller_class": "the class {which} comes up to {height_km:.0f} km; a smaller body would exclude more",
    "why ascent_larger_class": "the class {which} comes up to {height_km:.0f} km at most; a larger body would exclude less",
    "why ascent_too_high": "it stays above {height_km:.0f} km, the ceiling of the class {which}, with three sigmas of its path",
    "why ascent_out_of_range": "while it is below the ceiling of the class {which} ({height_km:.0f} km) it is never within reach",
    "why ascent_not_in_time": "it is within reach of the class {which} ({height_km:.0f} km) only when nothing could be there "
    "yet, or nothing any more",
    "why ascent_outside_the_sector": "while it is within reach of the class {which} ({height_km:.0f} km) it is outside the "
    "declared sector and its margin",
    "why ascent_orbit": "a body that goes into orbit is not ballistic: it comes by later, as any satellite does",
    "why ascent_no_azimuth": "no direction is declared: every direction counts",
    "why ascent_track_misfit": "the {count:.0f} looks above the air do not fit a free flight: it may still be thrusting; the "
    "track narrows nothing",
}
