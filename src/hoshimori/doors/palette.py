"""Colours and classes of every timeline: one table for the light and one for the dark, for pages, files and paper."""

from __future__ import annotations

from collections.abc import Mapping

from hoshimori.detect.burns import LABELS

LIGHT: Mapping[str, str] = {
    "ink": "#1b2430", "soft": "#556273", "line": "#dbe1e8", "paper": "#ffffff", "gap": "#e6eaef", "ahead": "#eef2f7",
    "curve": "#0b62a4", "ring": "#9b3f86", "usual": "#2f7a43", "unusual": "#b23c12", "unjudged": "#556273",
    "station-keeping": "#0b62a4", "inclination": "#9b3f86", "relocation": "#0a7d5a", "avoidance": "#c2510b",
    "graveyard": "#7f3b2b", "deorbit": "#7f3b2b", "low thrust": "#2389b8", "unusual burn": "#c01f1f", "orbit change": "#44505e",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "ink": "#e7ecf3", "soft": "#a3afbf", "line": "#303a47", "paper": "#19202a", "gap": "#28313d", "ahead": "#202936",
    "curve": "#6fb1f0", "ring": "#e29ad2", "usual": "#7fcb95", "unusual": "#f59a72", "unjudged": "#a3afbf",
    "station-keeping": "#6fb1f0", "inclination": "#e29ad2", "relocation": "#63cfa5", "avoidance": "#f2a065",
    "graveyard": "#e0a08f", "deorbit": "#e0a08f", "low thrust": "#7cd3f2", "unusual burn": "#ff8a80", "orbit change": "#b6c2d0",
}  # fmt: skip
FONTS = '"Open Sans", system-ui, "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic", Meiryo, sans-serif'


def burn_class(label: str) -> str:
    """The CSS class of a burn's label; a label of somebody else's detector is drawn as a change of orbit."""
    return f"b{LABELS.index(label if label in LABELS else 'orbit change')}"


def style(fonts: str = FONTS) -> str:
    """The rules of a timeline, light, then dark where the reader prefers it; on paper always light."""
    return f".tl text{{font:11px {fonts}}}{_rules(LIGHT)}@media screen and (prefers-color-scheme:dark){{{_rules(DARK)}}}"


def _rules(colour: Mapping[str, str]) -> str:
    """Plain colours without CSS variables: drawing programs and the maker of PNG do not know these."""
    burns = {burn_class(x): colour["unusual burn" if x == "unusual" else x] for x in LABELS}
    rules = {
        ".tl text": f"fill:{colour['soft']}", ".tl .ink": f"fill:{colour['ink']}", ".tl .paper": f"fill:{colour['paper']}",
        ".tl .warn": f"fill:{colour['unusual']}", ".tl .grid": f"stroke:{colour['line']};stroke-width:1",
        ".tl .gap": f"fill:{colour['gap']}", ".tl .ahead": f"fill:{colour['ahead']}",
        ".tl .curve": f"stroke:{colour['curve']};fill:none",
        ".tl .ring": f"fill:{colour['ring']};fill-opacity:0.13;stroke:{colour['ring']};stroke-width:1.2",
        ".tl .body": f"fill:{colour['unusual']};fill-opacity:0.3;stroke:{colour['unusual']};stroke-width:1.2",
        ".tl .cross": f"fill:none;stroke:{colour['unusual']};stroke-width:1.6",
        ".tl .risk": f"stroke:{colour['ring']};fill:none", ".tl .riskdot": f"fill:{colour['ring']}",
        ".tl .dot": f"fill:{colour['curve']}", ".tl .usual": f"fill:{colour['usual']}",
        ".tl .unusual": f"fill:{colour['unusual']}", ".tl .unjudged": f"fill:{colour['unjudged']}",
    }  # fmt: skip
    rules |= {f".tl .{name}": f"color:{value}" for name, value in burns.items()}
    return "".join(f"{selector}{{{body}}}" for selector, body in rules.items())
