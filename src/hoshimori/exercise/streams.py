"""One stream of chance for each entity and purpose: adding an actor changes no other draw.

Philox is a counter-based generator whose bits are the same on every platform (Salmon et al., SC 2011).
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np


def stream(seed: int, entity: str, purpose: str) -> np.random.Generator:
    """The draws that belong to one entity and purpose under one seed, and to nothing else."""
    key = int.from_bytes(sha256(f"{entity}/{purpose}".encode()).digest()[:8], "big")
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, key])))
