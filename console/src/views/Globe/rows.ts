/** Objects as rows of a table: who it is, and the point below it now. */

import type { Objects } from "../../workers/objects";
import { degrees } from "./belt";
import type { WatchedState } from "./paint";
import type { Instant } from "./sky";

export interface Row {
  i: number;
  norad_id: number;
  name: string;
  owner: string;
  kind: string;
  mode: string;
  watched: boolean;
  state: WatchedState | null;
  age_days: number;
  lat_deg: number | null;
  lon_deg: number | null;
  height_km: number | null;
}

export function row(objects: Objects, i: number, instant: Instant | null, states: ReadonlyMap<number, WatchedState>): Row {
  const below = instant?.ground(i) ?? null;
  const norad_id = objects.norad_id[i]!;
  return {
    i,
    norad_id,
    name: objects.names[i] ?? "",
    owner: objects.header.owners[objects.owner[i]!] ?? "",
    kind: objects.header.kinds[objects.kind[i]!] ?? "UNKNOWN",
    mode: objects.header.modes[objects.mode[i]!] ?? "",
    watched: objects.watched[i] === 1,
    state: (objects.watched[i] && states.get(norad_id)) || null,
    age_days: objects.age_days[i]!,
    lat_deg: below?.lat_deg ?? null,
    lon_deg: below?.lon_deg ?? null,
    height_km: below?.height_km ?? null,
  };
}

export function latitude(deg: number | null): string {
  return deg === null ? "–" : `${Math.abs(deg).toFixed(2)}°${deg < 0 ? "S" : "N"}`;
}

export function longitude(deg: number | null): string {
  return deg === null ? "–" : degrees(deg);
}

export function height(km: number | null, lang: string): string {
  return km === null ? "–" : Math.round(km).toLocaleString(lang);
}
