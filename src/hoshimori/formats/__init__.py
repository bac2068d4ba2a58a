"""Text only: what comes in as bytes becomes facts and problems, what goes out is written to the letter of the standard."""

from hoshimori.formats.reading import read

__all__ = ["read"]
