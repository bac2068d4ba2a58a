"""Who is who: the satellites that somebody depends on, as dated TOML with a source and a grade for every row."""

from hoshimori.alliance.reading import CoLocation
from hoshimori.alliance.watchlists import co_locations, template, watchlist, watchlists

__all__ = ["CoLocation", "co_locations", "template", "watchlist", "watchlists"]
