"""A process that takes in answer after answer until it is killed; prints the number of each that was acknowledged.

python -m tests.catalogue.ingesting HOME FIRST STEP    answers FIRST, FIRST + STEP, ...
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from hoshimori.catalogue import Catalogue
from hoshimori.facts import Received
from tests.catalogue.some import read, received, row

SETS = 40


def answer(number: int) -> Received:
    """SETS element sets that no other answer has, all of object `number` + 1."""
    return received([row(number + 1, k, name=f"N{number}") for k in range(SETS)], location=f"answer {number}")


def main(home: str, first: str, step: str) -> None:
    catalogue = Catalogue(Path(home), read=read)
    for n, number in enumerate(count(int(first), int(step)), 1):
        catalogue.ingest([answer(number)])
        print(number, flush=True)
        if n % 5 == 0:
            catalogue.compact()


if __name__ == "__main__":
    main(*sys.argv[1:])
