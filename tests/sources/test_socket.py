"""The sources fit the socket that every source, built in or not, is plugged into."""

from __future__ import annotations

from hoshimori.ports import Source, plugins
from hoshimori.sources.celestrak import CelesTrak
from hoshimori.sources.folder import Folder
from hoshimori.sources.spacetrack import SpaceTrack


def test_each_is_a_source_under_the_name_of_its_entry_point() -> None:
    sources: list[Source] = [Folder("."), CelesTrak(), SpaceTrack()]
    known = plugins("hoshimori.sources")
    assert [known[source.name] for source in sources] == [type(source) for source in sources]
