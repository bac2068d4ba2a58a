"""Which compression and row group for the element-set files: the measurement behind catalogue_layout.md.

python design/catalogue_layout.py [objects]      default 30,000 objects, 8.1 million sets: about 5 minutes and 4 GB of disk
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench" / "catalogue"))

from run import DAYS, START, generated

from hoshimori.catalogue.tables import ORDER, SET_COLUMNS, SETS, connect, literal, select_list, store_columns

AS_OF = literal(START + np.timedelta64(DAYS - 10, "D"))
FILES = 8


def write(folder: Path, objects: int) -> None:
    """Arrival order, uncompressed: what every layout is made from."""
    con = connect()
    for n, sets in enumerate(generated(objects)):
        con.register("batch", store_columns(sets, sets.digests(), np.zeros(len(sets), bool)))
        con.execute(f"copy (select {select_list(SETS)} from batch) to '{folder}/{n}.parquet' (compression uncompressed)")


def lay(source: Path, folder: Path, objects: int, compression: str, row_group: int) -> None:
    con, step = connect(), -(-objects // FILES)
    for n in range(FILES):
        mine = f"norad_id between {n * step + 1} and {(n + 1) * step}"
        rows = f"select * from '{source}/*.parquet' where {mine} order by {ORDER[SETS]}"
        con.execute(f"copy ({rows}) to '{folder}/{n}.parquet' (compression {compression}, row_group_size {row_group})")


def questions(folder: Path, objects: int) -> dict[str, str]:
    sets = f"'{folder}/*.parquet'"
    known = f"known_utc <= {AS_OF} and epoch_utc <= {AS_OF}"
    week = f"epoch_utc between {AS_OF} - interval 7 day and {AS_OF}"
    some = ", ".join(str(1 + k * objects // 12) for k in range(12))
    rows = f"select {SET_COLUMNS} from {sets} s"
    tops = f"select norad_id as id, max(epoch_utc) as top from {sets} where {known} group by 1"
    packed = "{" + ", ".join(f"'{c[2:]}': {c}" for c in SET_COLUMNS.split(", ")[1:]) + "}"
    order = "row(epoch_utc, known_utc, element_set_no, key_hi, key_lo)"
    return {
        "history": f"{rows} where norad_id = {objects // 2}",
        "newest, join": f"{rows} join ({tops}) e on s.norad_id = e.id and epoch_utc = top where {known}",
        "newest, arg_max by epoch": aggregated(packed, "epoch_utc", sets, known),
        "newest, arg_max by all": aggregated(packed, order, sets, known),
        "one week": f"{rows} where {week}",
        "one week, 12 objects": f"{rows} where {week} and norad_id in ({some})",
    }


def aggregated(packed: str, order: str, sets: str, known: str) -> str:
    newest = f"select norad_id, arg_max({packed}, {order}) as r from {sets} s where {known} group by 1"
    return f"select norad_id, unnest(r) from ({newest})"


def best(sql: str, times: int = 4) -> tuple[float, float]:
    """Fewest wall and processor milliseconds. Processor time is the fairer one on a machine shared with others."""
    con, wall, cpu = connect(), [], []
    for _ in range(times):
        w, c = time.perf_counter(), time.process_time()
        con.sql(sql).fetchnumpy()
        wall.append(time.perf_counter() - w)
        cpu.append(time.process_time() - c)
    return min(wall) * 1e3, min(cpu) * 1e3


def main(objects: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "source"
        source.mkdir()
        write(source, objects)
        for compression, row_group in (
            ("zstd", 30_720),
            ("zstd", 61_440),
            ("snappy", 30_720),
            ("snappy", 61_440),
            ("snappy", 122_880),
            ("lz4_raw", 61_440),
            ("uncompressed", 61_440),
        ):
            folder = Path(place) / f"{compression}-{row_group}"
            folder.mkdir()
            lay(source, folder, objects, compression, row_group)
            size = sum(p.stat().st_size for p in folder.iterdir()) / 1e6
            print(f"{compression} {row_group}: {size:.0f} MB", flush=True)
            for name, sql in questions(folder, objects).items():
                wall, cpu = best(sql)
                print(f"    {name:28} wall {wall:6.0f} ms   processor {cpu:6.0f} ms", flush=True)
            for path in folder.iterdir():
                path.unlink()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000)
