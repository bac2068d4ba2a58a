"""The shapes of documents of other standards, as far as a schema says them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from hoshimori.doors.web.routes.models_floor import Exact, Mode, Record


class Feature(BaseModel):
    """RFC 7946, section 3.2. geometry is null where the place is not known."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["Feature"]
    id: str
    geometry: Record | None
    properties: Record


class FeatureCollection(Exact):
    """RFC 7946, section 3.3, with two foreign members."""

    type: Literal["FeatureCollection"]
    as_of: str
    data_mode: Mode
    features: list[Feature]


Czml = list[dict[str, Any]]
"""CZML 1.0: packets, the document first."""
