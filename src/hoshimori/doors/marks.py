"""The mark of each kind of burn: told apart by shape in a drawing, by a letter in a terminal, not by colour alone."""

from __future__ import annotations

from collections.abc import Mapping

LETTERS: Mapping[str, str] = {
    "station-keeping": "S", "inclination": "I", "relocation": "R", "avoidance": "A", "graveyard": "G", "deorbit": "D",
    "low thrust": "L", "unusual": "U", "orbit change": "O",
}  # fmt: skip
COLOURS: Mapping[str, str] = {
    "station-keeping": "blue", "inclination": "magenta", "relocation": "green", "avoidance": "yellow", "graveyard": "red",
    "deorbit": "red", "low thrust": "cyan", "unusual": "bold red", "orbit change": "",
}  # fmt: skip
SHAPES: Mapping[str, str] = {
    "station-keeping": "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z",  # disc
    "inclination": "M0 -5L4.5 0L0 5L-4.5 0Z",  # diamond
    "relocation": "M-3.5 -3.5h7v7h-7Z",  # square
    "avoidance": "M-1.5 -5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5Z",  # cross
    "graveyard": "M0 -5L5 4H-5Z",  # triangle up
    "deorbit": "M0 5L5 -4H-5Z",  # triangle down
    "low thrust": "M-6 -2h12v4h-12Z",  # bar
    "unusual": "M0 -7L1.8 -2.2L6.7 -2.2L2.8 1L4.1 5.7L0 3L-4.1 5.7L-2.8 1L-6.7 -2.2L-1.8 -2.2Z",  # star
    "orbit change": "M-2 -4.5h4l3 4.5l-3 4.5h-4l-3 -4.5Z",  # hexagon
}


def mark(label: str, x: float, y: float, *, filled: float = 1.0) -> str:
    """The mark as an SVG path in the current colour, `filled` from 0 (an outline) to 1."""
    shape = SHAPES.get(label, SHAPES["orbit change"])
    return (
        f'<path d="{shape}" transform="translate({x:.1f} {y:.1f})" fill="currentColor" fill-opacity="{filled:.2f}" '
        'stroke="currentColor" stroke-width="1.2"/>'
    )
