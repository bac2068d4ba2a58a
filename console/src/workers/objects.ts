/** Packed columns of GET /api/v1/objects.bin, read without copying: one view on the bytes for each column.
 *
 * uint32 length of the header, the header as JSON padded with spaces to a multiple of 8, then the columns; offsets count from
 * the start of the data. */

export interface Header {
  as_of: string;
  count: number;
  left_out: { old: number; unusable: number };
  owners: string[];
  kinds: string[];
  modes: string[];
  columns: Column[];
}

interface Column {
  name: string;
  type: string;
  offset: number;
  length: number;
}

/** Mean elements as SGP4 takes them; one row for each object. */
export interface Elements {
  norad_id: Int32Array;
  epoch_ms: Float64Array;
  mean_motion_rev_day: Float64Array;
  eccentricity: Float64Array;
  inc_deg: Float64Array;
  raan_deg: Float64Array;
  argp_deg: Float64Array;
  ma_deg: Float64Array;
  bstar: Float64Array;
}

export interface Objects extends Elements {
  header: Header;
  count: number;
  owner: Uint16Array;
  kind: Uint8Array;
  mode: Uint8Array;
  watched: Uint8Array;
  age_days: Float32Array;
  names: string[];
}

const VIEWS = {
  int32: Int32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  float32: Float32Array,
  float64: Float64Array,
};

const WANTED: Record<string, keyof typeof VIEWS> = {
  norad_id: "int32",
  owner: "uint16",
  kind: "uint8",
  mode: "uint8",
  watched: "uint8",
  epoch_ms: "float64",
  age_days: "float32",
  mean_motion_rev_day: "float64",
  eccentricity: "float64",
  inc_deg: "float64",
  raan_deg: "float64",
  argp_deg: "float64",
  ma_deg: "float64",
  bstar: "float64",
};

/** Throws with the column, the value and what was expected. */
export function read(bytes: ArrayBuffer): Objects {
  const size = new DataView(bytes).getUint32(0, true);
  const start = 4 + size;
  if (start % 8 !== 0) throw new Error(`objects.bin: the data start at ${start}: expected a multiple of 8`);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, size))) as Header;
  const found: Record<string, unknown> = {};
  for (const column of header.columns) {
    const at = start + column.offset;
    if (column.name === "names") {
      const text = new TextDecoder().decode(new Uint8Array(bytes, at, column.length));
      found.names = header.count ? text.split("\n") : [];
      continue;
    }
    const type = WANTED[column.name];
    if (type === undefined) continue;
    if (column.type !== type) throw new Error(`objects.bin column ${column.name} of ${column.type}: expected ${type}`);
    found[column.name] = new VIEWS[type](bytes, at, header.count);
  }
  const missing = Object.keys({ ...WANTED, names: "" }).filter((name) => !(name in found));
  if (missing.length) throw new Error(`objects.bin lacks ${missing.join(", ")}`);
  return { header, count: header.count, ...found } as unknown as Objects;
}
