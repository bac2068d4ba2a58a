"""Who speaks for whom: a speaker as it was written to the actor whose word it is.

The actor itself; "ACTOR: body" or "ACTOR (body)", as in "RUS: Ministry of Defence"; a State by its common name ("China" is CHN,
ISO 3166-1; a former State by its former code); or whomever a caller's own table of agencies names. Anybody else speaks for
itself alone, several States in one breath included.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from hoshimori.judgements import Claim

OWN_WORDS = ("acknowledgement", "denial")
"""Kinds of claims that speak of their own speaker where they name nobody."""

STATES: Mapping[str, str] = {
    "argentina": "ARG",
    "australia": "AUS",
    "brazil": "BRA",
    "canada": "CAN",
    "china": "CHN",
    "people's republic of china": "CHN",
    "中国": "CHN",
    "cuba": "CUB",
    "egypt": "EGY",
    "estonia": "EST",
    "ethiopia": "ETH",
    "finland": "FIN",
    "france": "FRA",
    "フランス": "FRA",
    "germany": "DEU",
    "ドイツ": "DEU",
    "india": "IND",
    "インド": "IND",
    "indonesia": "IDN",
    "iran": "IRN",
    "イラン": "IRN",
    "israel": "ISR",
    "italy": "ITA",
    "イタリア": "ITA",
    "japan": "JPN",
    "日本": "JPN",
    "jordan": "JOR",
    "kazakhstan": "KAZ",
    "latvia": "LVA",
    "libya": "LBY",
    "lithuania": "LTU",
    "luxembourg": "LUX",
    "netherlands": "NLD",
    "new zealand": "NZL",
    "north korea": "PRK",
    "北朝鮮": "PRK",
    "norway": "NOR",
    "pakistan": "PAK",
    "philippines": "PHL",
    "poland": "POL",
    "russia": "RUS",
    "russian federation": "RUS",
    "ロシア": "RUS",
    "saudi arabia": "SAU",
    "south korea": "KOR",
    "republic of korea": "KOR",
    "韓国": "KOR",
    "soviet union": "SUN",
    "ussr": "SUN",
    "spain": "ESP",
    "sweden": "SWE",
    "syria": "SYR",
    "türkiye": "TUR",
    "turkey": "TUR",
    "ukraine": "UKR",
    "united arab emirates": "ARE",
    "united kingdom": "GBR",
    "uk": "GBR",
    "英国": "GBR",
    "united states": "USA",
    "united states of america": "USA",
    "us": "USA",
    "u.s.": "USA",
    "米国": "USA",
    "viet nam": "VNM",
    "vietnam": "VNM",
}


def plain(text: str) -> str:
    """A name without what does not count in it: width, case, spaces, a leading article."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).removeprefix("the ")


class Voices:
    """Who speaks for whom. agencies: a speaker to the actor it speaks for, beside what can be read from its name."""

    def __init__(self, agencies: Mapping[str, str]) -> None:
        self._of = {plain(agency): self._state(actor) for agency, actor in agencies.items()}

    def actor(self, speaker: str) -> str:
        """The actor that a speaker speaks for: itself, if for no other."""
        return self._of.get(plain(speaker)) or self._state(speaker)

    def target(self, claim: Claim) -> str:
        """The actor that a claim is about: the one it names; of a denial or acknowledgement that names nobody, its speaker."""
        if claim.actor.strip():
            return self.actor(claim.actor)
        return self.actor(claim.speaker) if claim.kind in OWN_WORDS else ""

    def own(self, claim: Claim) -> bool:
        """Are these the words of the actor that the claim is about?"""
        return self.target(claim) == self.actor(claim.speaker)

    @staticmethod
    def _state(name: str) -> str:
        """A State's code in small letters; a name that is no State's, as it is."""
        whole = plain(name)
        before = plain(re.split(r"[:(]", whole, maxsplit=1)[0])
        return STATES.get(before, before).casefold() or whole
