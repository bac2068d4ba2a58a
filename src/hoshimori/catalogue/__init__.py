"""Facts at rest: append-only Parquet with DuckDB on top; a View is a window of time as known at a moment."""

from hoshimori.catalogue.catalogue import Catalogue
from hoshimori.catalogue.memory import MemoryView
from hoshimori.catalogue.report import FileReport, IngestReport
from hoshimori.catalogue.shelves import StoredSource
from hoshimori.catalogue.stat import CatalogueStat
from hoshimori.catalogue.view import LOOKBACK, CatalogueView

__all__ = [
    "LOOKBACK",
    "Catalogue",
    "CatalogueStat",
    "CatalogueView",
    "FileReport",
    "IngestReport",
    "MemoryView",
    "StoredSource",
]
