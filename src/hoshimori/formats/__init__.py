"""Text only: what comes in as bytes becomes facts and problems, what goes out is written to the letter of the standard.

Reading is tolerant and never raises for bad content; writing is strict and raises a FormatError with every reason.
"""

from hoshimori.formats.archive import LIMIT_BYTES
from hoshimori.formats.cdm_text import dump_cdm
from hoshimori.formats.oem_text import dump_oem
from hoshimori.formats.omm_text import dump_omm
from hoshimori.formats.reading import read
from hoshimori.formats.tle import Checksums
from hoshimori.formats.tle_text import dump_tle

__all__ = ["LIMIT_BYTES", "Checksums", "dump_cdm", "dump_oem", "dump_omm", "dump_tle", "read"]
