/** Numbers as the floor says them: never more figures than the sigma carries. */

import type { Quantity } from "./types";

/** `1.2 ± 0.4 km`; without a sigma the number stands alone with its unit. */
export function quantity(q: Quantity | null | undefined, lang = "en"): string {
  if (!q) return "";
  const unit = q.unit && q.unit !== "1" ? ` ${q.unit}` : "";
  if (q.sigma === undefined || q.sigma === null) return `${number(q.value, 4, lang)}${unit}`;
  const places = decimals(q.sigma);
  return `${fixed(q.value, places, lang)} ± ${fixed(q.sigma, places, lang)}${unit}`;
}

/** Decimals that show two figures of a sigma. */
function decimals(sigma: number): number {
  if (!(sigma > 0)) return 3;
  return Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(sigma))));
}

export function fixed(value: number, places: number, lang = "en"): string {
  return value.toLocaleString(lang, { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** Some significant figures: 12,345 and 0.00123 alike. */
export function number(value: number | null | undefined, figures = 3, lang = "en"): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  return value.toLocaleString(lang, { maximumSignificantDigits: figures });
}

/** `132.0° E`. */
export function longitude(deg: number | null | undefined): string {
  if (deg === null || deg === undefined) return "";
  const east = ((deg % 360) + 540) % 360 - 180;
  return `${Math.abs(east).toFixed(1)}° ${east < 0 ? "W" : "E"}`;
}

export function bytes(n: number, lang = "en"): string {
  const [unit, size] = n >= 1e9 ? ["GB", 1e9] : n >= 1e6 ? ["MB", 1e6] : n >= 1e3 ? ["kB", 1e3] : ["B", 1];
  return `${number(n / (size as number), 3, lang)} ${unit}`;
}
