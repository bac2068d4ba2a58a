/** Measured quantities in words. A name that a detector of somebody else gives stands as it is, without its unit. */

import { told } from "$lib/i18n.svelte";
import type { Quantity } from "$lib/types";

/** First what people ask for first. */
const FIRST = [
  "miss_km", "radial_km", "in_track_km", "cross_track_km", "relative_speed_km_s", "collision_probability", "unusual",
  "hours_within", "median_km", "largest_km", "silent_days", "p_value", "remaining", "probability", "dv_in_track_m_s", "dv_cross_track_m_s",
];
const UNITS = /_(km|km_s|m_s|km_day|deg|deg_day|deg_year|deg_day2|days|d|h|s|m|db|deg_e|min_year|h)$/;

export function first(name: string): boolean {
  return FIRST.includes(name);
}

export function ordered(all: Record<string, Quantity>): [string, Quantity][] {
  const place = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return Object.entries(all).sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b));
}

export function word(name: string): string {
  return told(`quantity.${name}`, name.replace(UNITS, "").replaceAll("_", " "));
}
