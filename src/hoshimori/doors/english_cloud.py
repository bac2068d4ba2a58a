"""What people read in English about a cloud's future. The same keys as `japanese_cloud`."""

from __future__ import annotations

CLOUD: dict[str, str] = {
    "cloud piece": "Piece",
    "cloud perigee": "Perigee",
    "cloud p_up": "P(up)",
    "cloud p_catalogued": "P(catalogued)",
    "cloud lifetime": "Lifetime, median (10 % – 90 %)",
    "cloud b": "Cd A/m (m²/kg)",
    "cloud why": "From",
    "cloud count": "At {at}Z: {up:.1f} ± {sigma:.1f} of {pieces} pieces are expected to be up, {catalogued:.1f} of "
    "them still catalogued.",
    "cloud top only": "The {shown} pieces most in doubt of {count}; all of them with --top 0.",
    "cloud note": "Absent from a catalogue means decayed or lost: losses are counted at a learnt rate, not seen. The Sun's next "
    "years are scenarios made of earlier cycles. For burns and for eccentric orbits nothing is said. See docs/cloud.md.",
    "cloud span": "{middle} ({low} – {high})",
    "cloud longer": "longer",
    "cloud years": "{years:.1f} y",
    "cloud days": "{days:.1f} d",
    "why survival cannot tell": "cannot tell: no usable set, or an eccentricity above {limit}",
    "why b from history": "how its sets sink (error of its logarithm {sigma:.2f})",
    "why b from set": "its one set (error of its logarithm {sigma:.2f})",
    "why b from cloud": "the spread of its cloud: it has no sinking set (error of its logarithm {sigma:.2f})",
    "why air taken as mean": "no space weather given: a mean air is taken",
}
