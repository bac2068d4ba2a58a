"""What people read in English about close approaches and how probable a collision is. The same keys as `japanese_meetings`."""

from __future__ import annotations

from collections.abc import Mapping

MEETINGS: Mapping[str, str] = {
    # the encounter plane
    "plane": "Encounter plane",
    "plane across": "across the passage, horizontal ({unit})",
    "plane radial": "across the passage, away from the Earth ({unit})",
    "plane in-track": "across the passage, in-track ({unit})",
    "plane miss": "miss in this plane: {miss} (one sigma along it)",
    "plane body": "hard bodies together: radius {radius}",
    "plane body small": " (too small to see at this scale: the cross marks the place)",
    "plane rings": "the other object with 1 σ (solid), 2 σ (dashed), 3 σ (dotted) of the relative position",
    "plane no covariance": "no covariance is known: no ellipse is drawn",
    # screening
    "tca": "Closest approach (UTC)",
    "miss_sigma": "Miss ± 1 σ",
    "screening": "Screening probability",
    "maximum": "Maximum probability",
    "set_ages": "Age of sets (d)",
    "owner": "owner's",
    "diluted": "diluted",
    "nearest": "Nearest",
    "stays_near": "Stays within range for long:",
    "screened": "{approaches} approaches below {within:g} km and {stays} stays within it, among {objects} objects, {start} – "
    "{stop}Z, as known at {as_of}Z",
    "top only": "The first {shown} of {count} approaches; all of them with --top 0.",
    "top stays": "The first {shown} of {count} stays; all of them with --top 0.",
    "screening note": "Screening probability: from public element sets, with errors learnt from how these err. Maximum "
    "probability: the largest over every scale of that covariance. diluted: a better known orbit could give a higher "
    "probability. For a decision, an operator's own data are needed.",
    "assets without orbit": "{count} assets have no orbit here and were not screened: {which}",
    "not screened": "{count} objects were not screened for all of the window: {why}; such as {first}, {span}",
    # who was not screened
    "why outside the ephemeris": "its owner's ephemeris does not cover this time",
    "why decays by its set": "by its newest element set it has come down by then",
    "why set too old": "its nearest element set is more than {days:.0f} days away",
    "why sgp4 fails": "SGP4 gives no state from its element set (error {error:.0f})",
    # collision probabilities
    "pc title": "Collision probability",
    "pc when": "closest approach {tca}Z ({moved} ms from the moment in the message)",
    "pc how": "miss {miss}, relative speed {speed} km/s, hard bodies together {radius}",
    "pc message": "the message itself says {p} ({who}, {method})",
    "pc chosen": "Use: {p} ({method})",
    "pc refused": "No probability could be computed",
    "method": "Method",
    "bounds": "95 % bounds",
    "against": "What speaks against it",
    "method foster_1992": "Foster 1992, two-dimensional",
    "method chan_1997": "Chan 1997, series",
    "method alfano_maximum_2005": "Alfano 2005, maximum over covariance scale",
    "method hall_2d_nc_2021": "Hall 2021, 2D-Nc",
    "method hall_3d_nc_2021": "Hall 2021, 3D-Nc",
    "method monte_carlo": "Monte Carlo, two-body",
    "covariance of object 1": "the covariance of the first object",
    "covariance of object 2": "the covariance of the second object",
    "covariance in the encounter plane": "the covariance in the encounter plane",
    "covariance": "the covariance",
    "why short_encounter_holds": "the encounter is short and straight: the two-dimensional probability holds",
    "why short_encounter_fails": "the two-dimensional probability does not hold: {method} gives {ratio:.3g} times as much",
    "why encounter_long": "the encounter is long: contact is possible for {reach_s:.3g} s, {share:.1%} of a revolution",
    "why orbits_bend": "the orbits bend within the errors: the miss moves by {shift_km:.3g} km where contact is likeliest, "
    "which changes the exponent by {log_change:.2g}",
    "why moved_to_closest_approach": "the states were moved by {dt_s:+.4f} s to closest approach: the message gives another "
    "moment",
    "why no_encounter_plane": "there is no encounter plane: no relative speed, or no covariance across it",
    "why velocity_covariance_unknown": "the velocity covariance is not known: only two-dimensional methods can be had",
    "why errors_correlated": "the errors of both objects share the forecast of the air (DCP lines): counted",
    "why diluted": "in the dilution region: with a better known orbit, {scale:.3g} times this sigma, it could be "
    "{maximum:.2e}: a low value here is a sign of not knowing, not of safety",
    "why covariance_repaired": "{whose} was no covariance (eigenvalue {least:.3g} beside {largest:.3g}) and was repaired: "
    "{raised:.0f} of its {size:.0f} eigenvalues raised, a sigma changed by a factor of up to {sigma:.3g}",
    "why drawn_overrules": "the draws contradict every formula: Monte Carlo stands, on {hits:,.0f} hits",
    "why drawing_wanted": "no formula is free of doubt: draw, with about --trials {trials:.0f}",
    "why trials_no_orbit": "{trials:,.0f} draws ({share:.2%}) gave no orbit and count as misses",
    "why overlap_not_found": "no moment was found at which the two clouds of error overlap",
    "why overlap_not_found_at_times": "at {times:.0f} moments the overlap of the two clouds was not found",
    "why encounter_not_brief": "the encounter is not brief: its rate departs from a bell by {misfit:.2g} of the "
    "{sigma_s:.3g} s that it lasts",
    "why bell_opens_upward": "at {points:.0f} points of the sphere the rate has no bell",
    "why number_not_converged": "the integration did not settle: the last refinement still changed it by {change:.2g} of itself",
    "why neighbouring_encounter": "{left_out:.0f} neighbouring encounters of the same pair are not counted",
    "why orbit_not_elliptic": "a state is not on an ellipse about the Earth",
    "why elements_covariance_clipped": "as orbital elements the covariance of {objects:.0f} of the objects was none (least "
    "eigenvalue {least_eigenvalue:.2g}) and was clipped",
    "why encounter_cut": "the encounter is cut: at the ends of its span the rate is still {share:.2g} of its highest",
    "why several_peaks": "the rate has {peaks:.0f} peaks: the number of expected collisions may be more than the probability",
}
